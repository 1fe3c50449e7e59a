//! An alloc+free pair through LibTorch's allocator interface, as memo-bench's `arena --through` asks
//! for it; `node bench/torch/pair.mjs` makes and runs both.
//!
//! Every request and every free is one call into C++ and one through `c10::Allocator`. In processes
//! that measure a general allocator ours is not installed: they have LibTorch's own.

#![expect(clippy::print_stdout, reason = "what it found is read from there")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::ptr::NonNull;

use clap::Parser;
use memo_bench::pair::{Configuration, Failure, measured, planned, trace};
use memo_bench::peers::Allocator;
use memo_bench::replay::{Loop, Program, Source, Touch};
use memo_malloc::arena::Arena;
use memo_torch::serve;

#[derive(Debug, Parser)]
struct Args {
    #[arg(long)]
    measure: Allocator,
    #[arg(long)]
    touch: Touch,
    #[arg(long)]
    threads: usize,
    #[arg(long)]
    trace: Option<PathBuf>,
}

mod allocator {
    unsafe extern "C" {
        pub(super) fn memo_test_raw_allocate(size: usize) -> *mut u8;
        pub(super) fn memo_test_raw_deallocate(block: *mut u8);
    }
}

/// LibTorch's current allocator.
struct Current;

// SAFETY: as `c10::Allocator` promises.
unsafe impl Source for Current {
    #[inline]
    fn alloc(&mut self, size: usize) -> NonNull<u8> {
        // SAFETY: any size may be asked for.
        let block = unsafe { allocator::memo_test_raw_allocate(size) };
        let Some(block) = NonNull::new(block) else { std::process::abort() };
        block
    }

    #[inline]
    unsafe fn free(&mut self, block: NonNull<u8>) {
        // SAFETY: the caller's block, from the same allocator.
        unsafe { allocator::memo_test_raw_deallocate(block.as_ptr()) };
    }
}

/// The same, each run served from an arena.
struct Served(Arena);

// SAFETY: as above.
unsafe impl Source for Served {
    fn alloc(&mut self, size: usize) -> NonNull<u8> {
        Current.alloc(size)
    }

    unsafe fn free(&mut self, block: NonNull<u8>) {
        // SAFETY: the caller's.
        unsafe { Current.free(block) };
    }

    fn play(&mut self, program: &Program, touch: Touch, runs: u64) {
        for _ in 0..runs {
            serve(&mut self.0, || program.play(&mut Current, touch, 1));
        }
    }
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("pair: {failure}");
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> Result<(), Failure> {
    let trace = trace(args.trace.as_deref())?;
    let program = Program::new(&trace);
    let &Args { measure: allocator, touch, threads, .. } = args;
    let configuration = Configuration { allocator, touch, threads };
    let found = match allocator {
        Allocator::Loop => measured(configuration, &program, || Ok(Loop::new(&program))),
        Allocator::Planned => {
            let run_plan = planned(&trace)?;
            measured(configuration, &program, || Ok(Served(Arena::new(&run_plan)?)))
        }
        _ => measured(configuration, &program, || Ok(Current)),
    }?;
    println!("{}", serde_json::to_string(&found)?);
    Ok(())
}
