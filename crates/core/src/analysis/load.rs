//! The most bytes that are live at once.
//!
//! What each step adds and takes away is summed up over time. Where steps are hardly more than
//! buffers, as in problems made from traces, the changes are kept in an array: O(n + steps).
//! Otherwise starts and ends are visited in their orders, ends first, since a lifetime is half-open:
//! O(n log n). The load rises only at starts, so the maximum is seen there.
//!
//! Of buffers that share an offset, the largest that is live counts.

use super::reduce::needs;
use crate::model::{Buffer, Bytes, Problem, Step};

/// The bytes live at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Load {
    /// How many bytes.
    pub bytes: Bytes,
    /// The step.
    pub step: Step,
}

/// So many steps for each buffer are summed up in an array; more are cheaper to sort.
const STEPS_PER_BUFFER_MAX: usize = 4;

/// The largest load and the first step that has it; 0 at step 0 when nothing has bytes.
pub fn max_load(problem: &Problem) -> Load {
    load_of(&needs(problem))
}

/// The load from each step at which something starts or ends, in the order of the steps; after the
/// last it is 0. O(n log n).
pub fn loads(problem: &Problem) -> Vec<(Step, Bytes)> {
    loads_by(&needs(problem), |buffer| buffer.size)
}

/// As [`loads`] of buffers that take so many bytes.
pub(super) fn loads_by(buffers: &[Buffer], bytes: impl Fn(&Buffer) -> Bytes) -> Vec<(Step, Bytes)> {
    // What is freed (false) comes first at a step, which never takes the load below nothing.
    let mut changes: Vec<(Step, bool, Bytes)> = Vec::with_capacity(2 * buffers.len());
    for buffer in buffers {
        changes.push((buffer.lifetime.start, true, bytes(buffer)));
        changes.push((buffer.lifetime.end, false, bytes(buffer)));
    }
    changes.sort_unstable();
    let (mut loads, mut load): (Vec<(Step, Bytes)>, Bytes) = (Vec::new(), 0);
    for (step, is_start, size) in changes {
        load = if is_start { load + size } else { load - size };
        match loads.last_mut() {
            Some((last, at_last)) if *last == step => *at_last = load,
            _ => loads.push((step, load)),
        }
    }
    loads
}

/// As [`max_load`] of buffers that nothing ties.
pub(super) fn load_of(buffers: &[Buffer]) -> Load {
    let last = buffers.iter().map(|b| b.lifetime.end).max().unwrap_or(0);
    if last as usize <= STEPS_PER_BUFFER_MAX * buffers.len() {
        by_step(buffers, last)
    } else {
        by_start(buffers)
    }
}

fn by_step(buffers: &[Buffer], last: Step) -> Load {
    let mut changes = vec![0_i64; last as usize + 1];
    for buffer in buffers {
        changes[buffer.lifetime.start as usize] += buffer.size.cast_signed();
        changes[buffer.lifetime.end as usize] -= buffer.size.cast_signed();
    }
    let mut live = 0;
    let mut max = Load::default();
    for (step, change) in (0..).zip(changes) {
        live += change;
        // Never negative: what is taken away was added before.
        if live.cast_unsigned() > max.bytes {
            max = Load { bytes: live.cast_unsigned(), step };
        }
    }
    max
}

fn by_start(buffers: &[Buffer]) -> Load {
    let ordered = |step_of: fn(&Buffer) -> Step| {
        let mut events: Vec<(Step, Bytes)> = buffers.iter().map(|b| (step_of(b), b.size)).collect();
        events.sort_unstable();
        events
    };
    let mut ends = ordered(|b| b.lifetime.end).into_iter().peekable();
    let mut live = 0;
    let mut max = Load::default();
    for (step, size) in ordered(|b| b.lifetime.start) {
        while let Some((_, ended)) = ends.next_if(|&(end, _)| end <= step) {
            live -= ended;
        }
        live += size;
        if live > max.bytes {
            max = Load { bytes: live, step };
        }
    }
    max
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Buffer;

    fn load_of(buffers: Vec<Buffer>) -> (Bytes, Step) {
        let load = max_load(&Problem::new(buffers).unwrap());
        (load.bytes, load.step)
    }

    #[test]
    fn both_ways_find_the_same() {
        let lifetimes = [(0, 9), (3, 5), (3, 4), (4, 9), (5, 6), (5, 7), (7, 8)];
        let sized = (1..).zip(lifetimes).map(|(size, (start, end))| Buffer::new(size, start, end));
        let buffers: Vec<Buffer> = sized.collect();
        assert_eq!(by_step(&buffers, 9), Load { bytes: 16, step: 5 });
        assert_eq!(by_start(&buffers), by_step(&buffers, 9));
    }

    #[test]
    fn the_load_is_told_from_step_to_step() {
        let buffers = vec![Buffer::new(4, 2, 4), Buffer::new(8, 3, 6), Buffer::new(4, 4, 7)];
        let told = loads(&Problem::new(buffers).unwrap());
        assert_eq!(told, [(2, 4), (3, 12), (4, 12), (6, 4), (7, 0)]);
    }

    #[test]
    fn nothing_has_load_zero() {
        assert_eq!(load_of(vec![]), (0, 0));
        assert_eq!(load_of(vec![Buffer::new(0, 3, 9)]), (0, 0));
    }

    #[test]
    fn a_buffer_that_ends_leaves_before_the_next_comes() {
        assert_eq!(load_of(vec![Buffer::new(5, 0, 2), Buffer::new(5, 2, 4)]), (5, 0));
    }

    #[test]
    fn the_step_is_the_first_with_all_of_the_load() {
        let same_start = vec![Buffer::new(2, 3, 5), Buffer::new(4, 3, 4), Buffer::new(1, 1, 9)];
        assert_eq!(load_of(same_start), (7, 3));
    }
}
