//! What the colours of a picture mean: the op that asked for a buffer or, where nobody knows, how
//! large it is.

use std::collections::BTreeMap;

use memo_malloc::{Buffer, BufferIdx, Bytes, Problem};
use serde::Serialize;

use crate::units;

/// Colours that stay apart on light and on dark paper; the last is for all the rest.
pub(crate) const COLORS: &[Color] = &[
    Color { fill: "#4269d0", ink: "#fff", ansi: [68, 62] },
    Color { fill: "#efb118", ink: "#111", ansi: [214, 178] },
    Color { fill: "#3ca951", ink: "#111", ansi: [71, 65] },
    Color { fill: "#ff725c", ink: "#111", ansi: [209, 203] },
    Color { fill: "#a463f2", ink: "#fff", ansi: [135, 98] },
    Color { fill: "#6cc5b0", ink: "#111", ansi: [79, 73] },
    Color { fill: "#ff8ab7", ink: "#111", ansi: [211, 175] },
    Color { fill: "#97bbf5", ink: "#111", ansi: [111, 110] },
    Color { fill: "#9c6b4e", ink: "#fff", ansi: [137, 95] },
    Color { fill: "#9498a0", ink: "#111", ansi: [247, 243] },
];

/// One colour on paper and on a terminal.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Color {
    pub(crate) fill: &'static str,
    /// What can be read on it.
    pub(crate) ink: &'static str,
    /// Two shades of the 256 of a terminal, so that neighbours of one group stay apart.
    #[serde(skip)]
    pub(crate) ansi: [u8; 2],
}

/// The groups of a problem's buffers, at most as many as there are colours.
#[derive(Debug)]
pub(crate) struct Groups {
    pub(crate) title: &'static str,
    pub(crate) labels: Vec<String>,
    of_buffer: Vec<usize>,
    /// Bytes times steps of each group: the area it has in a picture.
    pub(crate) areas: Vec<u128>,
}

/// Sizes up to these, and one class for all larger.
pub(crate) const SIZE_CLASSES: &[Bytes] =
    &[1 << 10, 1 << 14, 1 << 17, 1 << 20, 1 << 23, 1 << 26, 1 << 29];

impl Groups {
    pub(crate) fn of(problem: &Problem) -> Groups {
        let by_op = problem.buffers().iter().any(|buffer| buffer.op.is_some());
        if by_op { Groups::by_op(problem) } else { Groups::by_size(problem) }
    }

    /// The group of a buffer, an index of its label and colour.
    pub(crate) fn of_buffer(&self, buffer: BufferIdx) -> usize {
        self.of_buffer[buffer.usize()]
    }

    fn by_op(problem: &Problem) -> Groups {
        let name = |idx| problem.op(idx).map_or("unknown", |op| op.name.as_str());
        let mut areas: BTreeMap<&str, u128> = BTreeMap::new();
        for (idx, buffer) in problem.iter() {
            *areas.entry(name(idx)).or_default() += area(buffer);
        }
        let ranking = Ranking::of(&areas, "other ops");
        let ranks = problem.iter().map(|(idx, _)| ranking.rank(name(idx))).collect();
        Groups::new("op", ranking.labels, problem, ranks)
    }

    fn by_size(problem: &Problem) -> Groups {
        let class = |buffer: &Buffer| SIZE_CLASSES.partition_point(|&class| class < buffer.size);
        let classes = problem.buffers().iter().map(class).collect();
        Groups::new("size", size_labels(), problem, classes)
    }

    fn new(
        title: &'static str,
        labels: Vec<String>,
        problem: &Problem,
        of_buffer: Vec<usize>,
    ) -> Groups {
        let mut areas = vec![0; labels.len()];
        for (&group, buffer) in of_buffer.iter().zip(problem.buffers()) {
            areas[group] += area(buffer);
        }
        Groups { title, labels, of_buffer, areas }
    }
}

/// Names in the order of what they take: the largest each for themselves, the others together.
#[derive(Debug)]
pub(crate) struct Ranking {
    pub(crate) labels: Vec<String>,
    /// How many names have a label of their own.
    shown: usize,
}

impl Ranking {
    pub(crate) fn of(areas: &BTreeMap<&str, u128>, rest: &str) -> Ranking {
        let mut names: Vec<&str> = areas.keys().copied().collect();
        names.sort_by_key(|name| std::cmp::Reverse(areas[name]));
        let shown = if names.len() > COLORS.len() { COLORS.len() - 1 } else { names.len() };
        let mut labels: Vec<String> = names[..shown].iter().map(|&name| name.to_owned()).collect();
        if shown < names.len() {
            labels.push(format!("{} {rest}", names.len() - shown));
        }
        Ranking { labels, shown }
    }

    /// The group of a name.
    pub(crate) fn rank(&self, name: &str) -> usize {
        self.labels[..self.shown].iter().position(|shown| shown == name).unwrap_or(self.shown)
    }
}

/// What the classes of sizes are called: those up to a size, and all above.
pub(crate) fn size_labels() -> Vec<String> {
    let largest = SIZE_CLASSES[SIZE_CLASSES.len() - 1];
    let labels = SIZE_CLASSES.iter().map(|&class| format!("up to {}", units::bytes(class)));
    labels.chain(std::iter::once(format!("above {}", units::bytes(largest)))).collect()
}

/// Bytes times steps: the area that a buffer has in a picture.
pub(crate) fn area(buffer: &Buffer) -> u128 {
    u128::from(buffer.size) * u128::from(buffer.lifetime.duration())
}

#[cfg(test)]
mod tests {
    use memo_malloc::model::{OpIdx, OpTag};

    use super::*;

    fn tagged(op_count: u32) -> Problem {
        let tag = |ordinal| OpTag { name: format!("op{ordinal}"), place: String::new(), ordinal };
        let buffer = |op: u32| Buffer::new(u64::from(op) + 1, 0, 1).by(OpIdx(op));
        let (buffers, ops) =
            ((0..op_count).map(buffer).collect(), (0..op_count).map(tag).collect());
        Problem::with_ops(buffers, ops).unwrap()
    }

    #[test]
    fn the_largest_ops_come_first_and_the_rest_share_a_colour() {
        let groups = Groups::of(&tagged(12));
        assert_eq!(groups.labels.len(), COLORS.len());
        assert_eq!(groups.labels[0], "op11");
        assert_eq!(groups.labels[9], "3 other ops");
        assert_eq!(groups.of_buffer(BufferIdx(11)), 0);
        assert_eq!(groups.of_buffer(BufferIdx(0)), 9);
        assert_eq!(groups.areas[9], 1 + 2 + 3);
    }

    #[test]
    fn as_many_ops_as_colours_need_no_rest() {
        assert_eq!(Groups::of(&tagged(10)).labels[9], "op0");
    }

    #[test]
    fn without_ops_sizes_are_grouped() {
        let buffers =
            vec![Buffer::new(1024, 0, 1), Buffer::new(1025, 0, 1), Buffer::new(1 << 40, 0, 1)];
        let groups = Groups::of(&Problem::new(buffers).unwrap());
        let labels = (0..3).map(|idx| groups.labels[groups.of_buffer(BufferIdx(idx))].as_str());
        assert_eq!(labels.collect::<Vec<_>>(), ["up to 1 KiB", "up to 16 KiB", "above 512 MiB"]);
    }
}
