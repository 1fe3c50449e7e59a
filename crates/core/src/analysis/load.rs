//! The most bytes that are live at once.
//!
//! Starts and ends are visited in the order of their steps, ends first, since a lifetime is
//! half-open. The load rises only at starts, so the maximum is seen there. O(n log n).

use crate::model::{Bytes, Problem, Step};

/// The bytes live at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Load {
    /// How many bytes.
    pub bytes: Bytes,
    /// The step.
    pub step: Step,
}

/// The largest load and the first step that has it; 0 at step 0 when nothing has bytes.
pub fn max_load(problem: &Problem) -> Load {
    let ordered = |step_of: fn(&crate::model::Buffer) -> Step| {
        let mut events: Vec<(Step, Bytes)> =
            problem.buffers().iter().map(|b| (step_of(b), b.size)).collect();
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
