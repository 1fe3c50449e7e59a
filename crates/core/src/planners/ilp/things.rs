//! What a model places, and which two of them need how much room from each other.
//!
//! Of a problem without ties those are the buffers that have bytes; with ties, its items
//! ([`tied`](crate::planners::tied)).

use crate::model::{Buffer, BufferIdx, Bytes, Problem};
use crate::planners::tied::{self, Separation, Shapes};

/// The things to be placed, and their conflicts.
#[derive(Debug)]
pub(super) struct Things {
    /// Each as a buffer, and the first buffer of the problem that it stands for.
    pub(super) placed: Vec<(BufferIdx, Buffer)>,
    pub(super) conflicts: Vec<Conflict>,
}

/// Two things of which one must lie below the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Conflict {
    /// Positions among the things, the smaller one first.
    pub(super) pair: (usize, usize),
    /// The bytes that each needs below the other.
    pub(super) needs: (Bytes, Bytes),
    /// Whether they differ in nothing, so that the first may always lie below.
    pub(super) are_twins: bool,
}

impl Things {
    /// The things of a problem, unless they are tied by too many parts.
    pub(super) fn of(problem: &Problem) -> Option<Things> {
        if problem.ties().is_empty() { Some(Things::plain(problem)) } else { Things::tied(problem) }
    }

    fn plain(problem: &Problem) -> Things {
        let sized = problem.iter().filter(|(_, buffer)| buffer.size > 0);
        let placed: Vec<(BufferIdx, Buffer)> = sized.map(|(idx, b)| (idx, *b)).collect();
        let conflicts = pairs(placed.len()).filter_map(|(i, j)| {
            let (first, second) = (placed[i].1, placed[j].1);
            first.lifetime.overlaps(second.lifetime).then(|| Conflict {
                pair: (i, j),
                needs: (first.size, second.size),
                are_twins: Buffer { op: second.op, ..first } == second,
            })
        });
        Things { conflicts: conflicts.collect(), placed }
    }

    fn tied(problem: &Problem) -> Option<Things> {
        let reduced = tied::items(problem);
        let separation = Separation::of(&Shapes::of(&reduced))?;
        let mut by: Vec<Option<BufferIdx>> = vec![None; reduced.items.len()];
        for (idx, _) in problem.iter().filter(|(_, buffer)| buffer.size > 0) {
            by[reduced.item_of[idx.usize()]].get_or_insert(idx);
        }
        let sized = (0..reduced.items.len()).filter_map(|item| Some((item, by[item]?)));
        let sized: Vec<(usize, BufferIdx)> = sized.collect();
        let conflicts = pairs(sized.len()).filter_map(|(i, j)| {
            let between =
                |lower: usize, upper: usize| separation.between(sized[lower].0, sized[upper].0);
            let needs = (between(i, j), between(j, i));
            (needs.0 > 0).then_some(Conflict { pair: (i, j), needs, are_twins: false })
        });
        let conflicts = conflicts.collect();
        let placed = sized.into_iter().map(|(item, idx)| (idx, reduced.items[item])).collect();
        Some(Things { placed, conflicts })
    }
}

/// Every pair of indices, the smaller one first.
fn pairs(count: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..count).flat_map(|j| (0..j).map(move |i| (i, j)))
}
