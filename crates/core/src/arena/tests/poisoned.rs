//! Under AddressSanitizer nobody may touch a free slot, and everybody a live one.

use std::ptr::NonNull;
use std::thread;

use super::{free_block, slots};
use crate::arena::{Arena, Freed, poison};

fn poisoned(block: NonNull<u8>, size: usize) -> Vec<bool> {
    // SAFETY: the bytes are of one slab.
    let byte = |idx| unsafe { block.add(idx) };
    (0..size).map(|idx| poison::is_set(byte(idx))).collect()
}

struct Sent(NonNull<u8>);

// SAFETY: the sender gives the block away.
unsafe impl Send for Sent {}

impl Sent {
    fn free(self) -> Freed {
        free_block(self.0)
    }
}

#[test]
fn a_block_is_poisoned_from_its_free_to_the_next_hand_out() {
    let mut arena = Arena::new(&slots(&[(0, 64), (64, 20), (84, 60), (3, 141)])).unwrap();
    for _ in 0..2 {
        arena.begin();
        let [a, b, c] = [64, 20, 60].map(|size| arena.alloc(size).unwrap());
        assert!(!poisoned(a, 144).contains(&true), "all are live");
        assert_eq!(free_block(a), Freed::Arena);
        assert!(!poisoned(a, 64).contains(&false));
        assert!(!poisoned(b, 80).contains(&true), "the neighbours are live");
        assert_eq!(free_block(b), Freed::Arena);
        assert_eq!(poisoned(b, 20), [vec![true; 16], vec![false; 4]].concat(), "half is of c");
        let sent = Sent(c);
        let freed = thread::spawn(move || sent.free()).join().unwrap();
        assert_eq!(freed, Freed::Arena);
        assert_eq!(poisoned(c, 60), [vec![false; 4], vec![true; 56]].concat());
        let all = arena.alloc(141).unwrap();
        assert!(!poisoned(all, 141).contains(&true));
        assert_eq!(free_block(all), Freed::Arena);
        assert_eq!(free_block(all), Freed::Double);
        assert!(poison::is_set(all.map_addr(|addr| addr.saturating_add(5))));
    }
}
