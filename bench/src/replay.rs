//! Plays the requests and frees of a trace against any allocator.

use std::ptr::NonNull;

use clap::ValueEnum;
use memo_malloc::arena::{self, Arena, Freed};
use memo_malloc::trace::{EventKind, Trace};
use serde::Serialize;

/// Bytes between two touches.
const PAGE: usize = 4096;

#[derive(Debug, Clone, Copy)]
enum Action {
    Alloc { block: u32, size: usize },
    Free { block: u32 },
}

/// The requests and frees of a trace, flat; blocks that are live at its end are freed there.
#[derive(Debug)]
pub struct Program {
    actions: Vec<Action>,
    block_count: u32,
}

/// What is done with the bytes of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Touch {
    /// Nothing.
    Untouched,
    /// One byte in each page is written.
    Pages,
    /// Every byte is written.
    Written,
}

/// An allocator under test.
///
/// # Safety
/// `alloc` returns memory of `size` bytes that may be written until it is freed.
pub unsafe trait Source {
    /// A run begins.
    fn begin(&mut self) {}
    /// Memory of this many bytes, more than 0.
    fn alloc(&mut self, size: usize) -> NonNull<u8>;
    /// # Safety
    /// A block of this source that is not used any more.
    unsafe fn free(&mut self, block: NonNull<u8>);
    /// A run ends.
    fn end(&mut self) {}
    /// Plays a program so many times with this source.
    fn play(&mut self, program: &Program, touch: Touch, runs: u64)
    where
        Self: Sized,
    {
        program.play(self, touch, runs);
    }
}

impl Program {
    /// The program of a trace. Requests of 0 bytes are left out, as nothing serves them.
    pub fn new(trace: &Trace) -> Program {
        let mut live = Vec::new();
        let mut actions = Vec::new();
        for event in &trace.events {
            match event.kind {
                EventKind::Alloc { block, size } => {
                    live.push(size > 0);
                    let size = usize::try_from(size).unwrap_or(usize::MAX);
                    actions.push(Action::Alloc { block: block.0, size });
                }
                EventKind::Free(block) => {
                    live[block.0 as usize] = false;
                    actions.push(Action::Free { block: block.0 });
                }
                EventKind::OpBegin(_) | EventKind::OpEnd(_) => {}
            }
        }
        let left = (0..).zip(&live).filter(|(_, live)| **live);
        actions.extend(left.map(|(block, _)| Action::Free { block }));
        let block_count = u32::try_from(live.len()).unwrap_or(u32::MAX);
        Program { actions, block_count }
    }

    /// Pairs of a request and its free.
    pub fn pair_count(&self) -> u32 {
        self.block_count
    }

    /// Plays it `runs` times.
    pub fn play(&self, source: &mut impl Source, touch: Touch, runs: u64) {
        let mut blocks = vec![NonNull::dangling(); self.block_count as usize];
        for _ in 0..runs {
            source.begin();
            self.play_once(source, touch, &mut blocks);
            source.end();
        }
    }

    #[inline]
    fn play_once(&self, source: &mut impl Source, touch: Touch, blocks: &mut [NonNull<u8>]) {
        for &action in &self.actions {
            match action {
                Action::Alloc { block, size } => {
                    let memory = source.alloc(size);
                    blocks[block as usize] = memory;
                    match touch {
                        Touch::Untouched => {}
                        Touch::Pages => touch_pages(memory, size),
                        // SAFETY: the block has so many bytes.
                        Touch::Written => unsafe { memory.write_bytes(1, size) },
                    }
                }
                // SAFETY: a trace frees a block once, after its request.
                Action::Free { block } => unsafe { source.free(blocks[block as usize]) },
            }
        }
    }
}

#[inline]
fn touch_pages(memory: NonNull<u8>, size: usize) {
    for offset in (0..size).step_by(PAGE) {
        // SAFETY: the offset is inside the block.
        let byte = unsafe { memory.add(offset) };
        // SAFETY: the block may be written; volatile, so that it is.
        unsafe { byte.write_volatile(1) };
    }
}

/// The cost of the loop itself: the same memory for every request.
#[derive(Debug)]
pub struct Loop(Vec<u8>);

impl Loop {
    /// Memory for the largest request of the program.
    pub fn new(program: &Program) -> Loop {
        let size = |action: &Action| match *action {
            Action::Alloc { size, .. } => size,
            Action::Free { .. } => 0,
        };
        Loop(vec![0; program.actions.iter().map(size).max().unwrap_or(0)])
    }
}

// SAFETY: no request is larger than the memory, and nobody reads what the others wrote.
unsafe impl Source for Loop {
    #[inline(never)]
    fn alloc(&mut self, _size: usize) -> NonNull<u8> {
        NonNull::new(self.0.as_mut_ptr()).unwrap_or(NonNull::dangling())
    }

    #[inline(never)]
    unsafe fn free(&mut self, block: NonNull<u8>) {
        std::hint::black_box(block);
    }
}

/// The C library's allocator, as the environment has set it up.
#[derive(Debug)]
pub struct Malloc;

// SAFETY: as malloc promises.
unsafe impl Source for Malloc {
    #[inline]
    fn alloc(&mut self, size: usize) -> NonNull<u8> {
        // SAFETY: malloc has no conditions.
        let block = unsafe { libc::malloc(size) };
        let Some(block) = NonNull::new(block.cast()) else { std::process::abort() };
        block
    }

    #[inline]
    unsafe fn free(&mut self, block: NonNull<u8>) {
        // SAFETY: the caller's block, from malloc.
        unsafe { libc::free(block.as_ptr().cast()) };
    }
}

/// An arena, with malloc for what it does not serve.
#[derive(Debug)]
pub struct Planned(pub Arena);

// SAFETY: as arenas and malloc promise.
unsafe impl Source for Planned {
    #[inline]
    fn begin(&mut self) {
        self.0.begin();
    }

    #[inline(never)]
    fn alloc(&mut self, size: usize) -> NonNull<u8> {
        self.0.alloc(size).unwrap_or_else(|| Malloc.alloc(size))
    }

    #[inline(never)]
    unsafe fn free(&mut self, block: NonNull<u8>) {
        // SAFETY: the caller's block.
        if unsafe { arena::free(block) } == Freed::NotOurs {
            // SAFETY: no arena's, so it is from malloc.
            unsafe { Malloc.free(block) };
        }
    }

    #[inline]
    fn end(&mut self) {
        self.0.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network;
    use memo_malloc::{Limits, RunPlan, analysis, planners};

    #[test]
    fn a_planned_replay_is_served_but_for_its_escape() {
        let trace = network::trace(3);
        let live = analysis::liveness(&trace).unwrap();
        let plan = planners::plan(&live.problem, &Limits::default()).unwrap();
        let plan = plan.plan().unwrap().clone();
        let run = RunPlan::new(trace.key.clone(), live.problem, plan, live.requests).unwrap();
        let mut planned = Planned(Arena::new(&run).unwrap());
        let program = Program::new(&trace);
        program.play(&mut planned, Touch::Pages, 3);
        let stats = planned.0.stats();
        assert_eq!((stats.hits, stats.escapes, stats.deviations()), (3 * 301, 3, 0));
        program.play(&mut Malloc, Touch::Untouched, 1);
        program.play(&mut Loop::new(&program), Touch::Pages, 1);
    }
}
