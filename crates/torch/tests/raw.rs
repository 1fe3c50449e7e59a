//! Blocks that come and go without a tensor, as oneDNN's do: every free finds the block's owner,
//! whatever the thread's mode was then and is now.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::process::Command;
use std::ptr::NonNull;
use std::thread;

use common::{arena_of, assert_bit_equal, warm_model};
use memo_malloc::arena::Arena;
use memo_malloc::trace::{EventKind, ThreadIdx, Trace};
use memo_torch::{Model, Tensor, capture, install, serve};

/// The result of tiny's first convolution, which its plan has a slot for.
const SIZE: usize = 2 * 8 * 32 * 32 * size_of::<f32>();

mod allocator {
    unsafe extern "C" {
        pub(super) fn memo_test_raw_allocate(size: usize) -> *mut u8;
        pub(super) fn memo_test_raw_deallocate(block: *mut u8);
    }
}

/// A block of LibTorch's current allocator, filled with a pattern that is checked when it is freed.
struct Block(NonNull<u8>);

// SAFETY: the block has one owner, and LibTorch's allocators serve all threads.
unsafe impl Send for Block {}

impl Block {
    fn new() -> Block {
        // SAFETY: any size may be asked for.
        let block = NonNull::new(unsafe { allocator::memo_test_raw_allocate(SIZE) }).unwrap();
        // SAFETY: the block has as many bytes.
        unsafe { block.write_bytes(0xA5, SIZE) };
        Block(block)
    }

    fn is_in(&self, arena: &Arena) -> bool {
        arena.range().contains(&self.0.addr().get())
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: `new` wrote as many bytes.
        let bytes = unsafe { std::slice::from_raw_parts(self.0.as_ptr(), SIZE) };
        assert!(bytes.iter().all(|&byte| byte == 0xA5), "somebody else wrote to the block");
        // SAFETY: `new` got the block from this allocator, and nobody uses it after this.
        unsafe { allocator::memo_test_raw_deallocate(self.0.as_ptr()) };
    }
}

struct Served {
    model: Model,
    inputs: [Tensor; 1],
    expected: Vec<Tensor>,
    arena: Arena,
}

impl Served {
    fn new() -> Served {
        let (model, inputs) = warm_model("tiny", &[2, 3, 32, 32]);
        let expected = model.forward(&inputs).unwrap();
        let arena = arena_of(&model, &inputs);
        Served { model, inputs, expected, arena }
    }

    fn block(&mut self) -> Block {
        let block = serve(&mut self.arena, Block::new);
        assert!(block.is_in(&self.arena));
        block
    }

    /// A run finds all its slots free.
    fn runs_as_planned(&mut self) {
        let before = self.arena.stats();
        let outputs = serve(&mut self.arena, || self.model.forward(&self.inputs)).unwrap();
        assert_bit_equal(&outputs, &self.expected);
        let stats = self.arena.stats();
        assert!(stats.hits > before.hits);
        assert_eq!(stats.deviations(), before.deviations(), "{stats:?}");
        assert_eq!((stats.double_frees, stats.strays), (0, 0));
    }

    fn capture<T>(&self, run: impl FnOnce() -> T) -> (T, Trace) {
        capture(self.model.key(&self.inputs), run)
    }
}

#[test]
fn a_planned_block_is_freed_in_every_mode() {
    let mut served = Served::new();
    let block = served.block();
    drop(block); // passing
    served.runs_as_planned();

    serve(&mut served.arena, || drop(Block::new())); // serving
    served.runs_as_planned();

    let block = served.block();
    let ((), trace) = served.capture(|| drop(block)); // recording
    assert_eq!(trace.events, [], "the arena's blocks are not the recorder's");
    served.runs_as_planned();

    let block = served.block();
    thread::spawn(move || drop(block)).join().unwrap();
    served.runs_as_planned();
}

#[test]
fn a_planned_block_that_is_kept_is_nobody_elses() {
    let mut served = Served::new();
    let block = served.block();
    let outputs = serve(&mut served.arena, || served.model.forward(&served.inputs)).unwrap();
    assert_bit_equal(&outputs, &served.expected);
    assert!(served.arena.stats().occupied > 0);
    drop(block);
    served.runs_as_planned();
}

#[test]
fn a_general_block_is_freed_in_every_mode() {
    let mut served = Served::new();
    let blocks = [(); 4].map(|()| Block::new());
    let [passing, serving, recording, elsewhere] = blocks;
    assert!(!serving.is_in(&served.arena));
    drop(passing);
    serve(&mut served.arena, || drop(serving));
    let ((), trace) = served.capture(|| drop(recording));
    assert_eq!(trace.events, [], "older than the capture");
    thread::spawn(move || drop(elsewhere)).join().unwrap();
    served.runs_as_planned();
}

#[test]
fn a_recorded_block_is_freed_in_every_mode() {
    let mut served = Served::new();
    let ((passing, serving), trace) = served.capture(|| (Block::new(), Block::new()));
    assert_eq!(trace.sizes().collect::<Vec<_>>(), [SIZE as u64; 2]);
    assert!(!trace.events.iter().any(|event| matches!(event.kind, EventKind::Free(_))));
    drop(passing);
    serve(&mut served.arena, || drop(serving));
    served.runs_as_planned();
}

#[test]
fn a_recorder_sees_raw_blocks_come_and_go() {
    let served = Served::new();
    let ((), trace) = served.capture(|| {
        drop(Block::new());
        let block = Block::new();
        thread::spawn(move || drop(block)).join().unwrap();
    });
    let freed: Vec<_> = trace
        .events
        .iter()
        .filter(|event| matches!(event.kind, EventKind::Free(_)))
        .map(|event| event.thread)
        .collect();
    assert_eq!(freed, [ThreadIdx(0), ThreadIdx(1)]);
    assert_eq!(trace.sizes().count(), 2);
}

/// The other tests of the file may have installed it first; a process of its own has not.
#[test]
fn blocks_of_before_the_allocator_go_back_to_the_one_before() {
    const OWN_PROCESS: &str = "MEMO_TEST_OWN_PROCESS";
    if std::env::var_os(OWN_PROCESS).is_none() {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "blocks_of_before_the_allocator_go_back_to_the_one_before"])
            .env(OWN_PROCESS, "1")
            .output()
            .unwrap();
        let words = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && words.contains("1 passed"), "{words}");
        return;
    }
    let blocks = [(); 4].map(|()| Block::new());
    let [passing, serving, recording, elsewhere] = blocks;
    let tensor = Tensor::from_seed(&[1000], 1).unwrap();
    install();
    let mut served = Served::new();
    drop((passing, tensor));
    serve(&mut served.arena, || drop(serving));
    let ((), trace) = served.capture(|| drop(recording));
    assert_eq!(trace.events, []);
    thread::spawn(move || drop(elsewhere)).join().unwrap();
    served.runs_as_planned();
}

#[test]
fn no_bytes_are_no_block() {
    install();
    // SAFETY: any size may be asked for.
    let block = unsafe { allocator::memo_test_raw_allocate(0) };
    assert!(block.is_null());
    // SAFETY: the allocator returned it.
    unsafe { allocator::memo_test_raw_deallocate(block) };
}
