//! Every order in which an owner and those who free can meet, tried by a model checker.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p memo-malloc --lib interleavings`. The bytes of a slot are
//! a cell in which the checker sees any unordered access, so a load or store in `words` weaker than
//! needed fails here.

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;

use super::layout::Layout;
use super::ledger::Ledger;
use super::starts::Starts;
use super::words::{self, release};

/// What owner and freers share of an arena: the starts, and the bytes that all slots have.
struct Slots {
    starts: Starts,
    bytes: UnsafeCell<u32>,
}

impl Slots {
    fn new(starts: Starts) -> Arc<Slots> {
        Arc::new(Slots { starts, bytes: UnsafeCell::new(0) })
    }

    fn write(&self) {
        // SAFETY: the caller holds the only live slot; the checker fails the test if not.
        self.bytes.with_mut(|bytes| unsafe { *bytes += 1 });
    }
}

/// Uses the block of a slot with this start on another thread, then frees it.
fn free_elsewhere(slots: &Arc<Slots>, start: u32) -> thread::JoinHandle<()> {
    let slots = Arc::clone(slots);
    thread::spawn(move || {
        slots.write();
        assert!(release(slots.starts.word(start as usize)));
    })
}

/// Takes the slot of a turn if either check allows it, and uses it. The fast check may only allow
/// what the exact one does.
fn take(ledger: &mut Ledger, layout: &Layout, slots: &Slots, idx: usize) -> bool {
    let turn = &layout.turns()[idx];
    // SAFETY: the starts are of the layout.
    let fast = unsafe { ledger.few_free(&slots.starts, idx, turn) };
    let allowed = fast || ledger.nothing_live_overlaps(layout, &slots.starts, idx);
    if allowed {
        words::hand_out(slots.starts.word(turn.start as usize), u32::try_from(idx).unwrap());
        slots.write();
    }
    allowed
}

// The owner asks again until it may: a checker that reduces equal orders sees a load and a store of
// one thread as one step, and would not put a single look of the owner behind it.

#[test]
fn bytes_freed_elsewhere_are_handed_out_only_after_their_last_use() {
    loom::model(|| {
        let (layout, starts) = Layout::of_slots(&[(0, 8), (0, 8)]);
        let mut ledger = Ledger::new(layout.end());
        let slots = Slots::new(starts);
        ledger.begin(&layout, &slots.starts, layout.end());
        assert!(take(&mut ledger, &layout, &slots, 0));
        let freer = free_elsewhere(&slots, layout.turns()[0].start);
        while !take(&mut ledger, &layout, &slots, 1) {
            thread::yield_now();
        }
        // The second block goes the same way, into the next run.
        let second_freer = free_elsewhere(&slots, layout.turns()[1].start);
        ledger.begin(&layout, &slots.starts, layout.end());
        while !take(&mut ledger, &layout, &slots, 0) {
            thread::yield_now();
        }
        freer.join().unwrap();
        second_freer.join().unwrap();
    });
}

#[test]
fn an_arena_without_owner_goes_after_the_last_use_of_its_last_block() {
    loom::model(|| {
        let (layout, starts) = Layout::of_slots(&[(0, 8)]);
        let mut ledger = Ledger::new(layout.end());
        let slots = Slots::new(starts);
        ledger.begin(&layout, &slots.starts, layout.end());
        assert!(take(&mut ledger, &layout, &slots, 0));
        let freer = free_elsewhere(&slots, layout.turns()[0].start);
        while slots.starts.live_turns().next().is_some() {
            thread::yield_now();
        }
        // The sweep: what it does to the bytes stands for unmapping them.
        slots.write();
        freer.join().unwrap();
    });
}
