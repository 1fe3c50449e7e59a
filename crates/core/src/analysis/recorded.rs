//! The plan that a run followed without one: where its allocator put each buffer.
//!
//! Addresses lie anywhere. What no buffer ever used is cut out between them, in multiples of the
//! alignment, so that the offsets keep the order of the addresses and the peak counts the bytes that
//! the allocator touched. Cost: n log n for the sort.

use super::bound::lower_bound;
use crate::model::{Bytes, Plan, Problem};

/// The offsets that buffers at these addresses have, one for each buffer. The plan is to be judged as
/// any other: addresses that a trace tells wrong make no valid one.
pub fn recorded(problem: &Problem, addresses: &[u64]) -> Plan {
    let buffers = problem.buffers();
    let unit = buffers.iter().map(|buffer| buffer.alignment).max().unwrap_or(1);
    let mut order: Vec<usize> = (0..buffers.len().min(addresses.len())).collect();
    order.sort_by_key(|&idx| addresses[idx]);
    let mut offsets: Vec<Bytes> = vec![0; buffers.len()];
    let (mut used, mut cut, mut peak) = (0_u64, 0_u64, 0);
    for idx in order {
        let address = addresses[idx];
        // Nothing below `used` is cut out, so `cut` is at most an address.
        cut += address.saturating_sub(used) / unit * unit;
        used = used.max(address.saturating_add(buffers[idx].size));
        offsets[idx] = address - cut;
        peak = peak.max(offsets[idx].saturating_add(buffers[idx].size));
    }
    let (lower_bound, certificate) = lower_bound(problem);
    Plan { offsets, peak, lower_bound, certificate }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::model::Buffer;

    #[test]
    fn what_nobody_used_is_cut_out() {
        let buffers = vec![
            Buffer::new(100, 0, 3).aligned(64),
            Buffer::new(64, 1, 4).aligned(64),
            Buffer::new(64, 3, 5).aligned(64),
            Buffer::new(10, 2, 5).aligned(64),
        ];
        let problem = Problem::new(buffers).unwrap();
        let plan = recorded(&problem, &[1 << 40, 4096, 1 << 40, (1 << 40) + 192]);
        // Of the 92 bytes behind the first buffer one whole unit is cut out.
        assert_eq!(plan.offsets, [64, 0, 64, 192]);
        assert_eq!((plan.peak, plan.lower_bound), (202, 202));
        check(&problem, &plan).unwrap();
    }

    #[test]
    fn addresses_that_collide_make_no_valid_plan() {
        let problem = Problem::new(vec![Buffer::new(8, 0, 2), Buffer::new(8, 1, 3)]).unwrap();
        assert!(check(&problem, &recorded(&problem, &[100, 104])).is_err());
        assert!(check(&problem, &recorded(&problem, &[100, 108])).is_ok());
        let last = recorded(&problem, &[u64::MAX, 0]);
        assert_eq!(last.offsets, [8, 0]);
    }
}
