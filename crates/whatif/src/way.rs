//! A set of changes.

use std::fmt;

use memo_malloc::model::OpTag;

use crate::patches::Stage;

/// What can be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Results in the place of inputs.
    InPlace,
    /// Nodes add to what their results would be added to.
    TakeUp,
    /// Another order of the nodes.
    Order,
    /// The first stage patch by patch.
    Patches,
    /// The batch in chunks.
    Chunks,
    /// Results made twice instead of kept.
    Recompute,
}

impl Change {
    /// All of them.
    pub const ALL: [Change; 6] = [
        Change::InPlace,
        Change::TakeUp,
        Change::Order,
        Change::Patches,
        Change::Chunks,
        Change::Recompute,
    ];

    /// The name on the command line and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Change::InPlace => "in-place",
            Change::TakeUp => "take-up",
            Change::Order => "order",
            Change::Patches => "patches",
            Change::Chunks => "chunks",
            Change::Recompute => "recompute",
        }
    }

    /// What it does, in a few words.
    pub fn meaning(self) -> &'static str {
        match self {
            Change::InPlace => "results in the place of inputs that nobody reads any more",
            Change::TakeUp => "nodes add to what their results would be added to",
            Change::Order => "another order of the nodes",
            Change::Patches => "the first stage patch by patch",
            Change::Chunks => "the batch in chunks",
            Change::Recompute => "results made twice instead of kept",
        }
    }
}

/// A way to run a model: what is done otherwise than in the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Way {
    /// How many results are made in the place of an input.
    pub in_place: usize,
    /// How many additions are taken up by the node that makes what they add.
    pub taken_up: usize,
    /// Whether the nodes run in another order.
    pub reordered: bool,
    /// What runs patch by patch.
    pub stage: Option<Stage>,
    /// Into how many chunks the batch is cut.
    pub chunks: Option<u64>,
    /// The nodes that run again.
    pub recomputed: Vec<OpTag>,
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let times = |count: usize, one: &str, many: &str| match count {
            0 => None,
            1 => Some(one.to_owned()),
            count => Some(format!("{count} {many}")),
        };
        let parts = [
            self.stage.as_ref().map(ToString::to_string),
            self.chunks.map(|count| format!("the batch in {count} chunks")),
            again(&self.recomputed),
            self.reordered.then(|| "another order".to_owned()),
            times(self.in_place, "a result in place", "results in place"),
            times(self.taken_up, "an addition taken up", "additions taken up"),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if parts.is_empty() { f.write_str("as it is") } else { f.write_str(&parts.join(", ")) }
    }
}

/// The first nodes that run again, and how many more.
fn again(recomputed: &[OpTag]) -> Option<String> {
    const NAMES_MAX: usize = 2;
    let (first, more) = recomputed.split_at(recomputed.len().min(NAMES_MAX));
    let names: Vec<String> = first.iter().map(ToString::to_string).collect();
    let rest = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    (!names.is_empty()).then(|| format!("{}{rest} again", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_nodes_are_counted_rather_than_named() {
        let told = |count: u32| {
            let tag = |ordinal| OpTag { name: "Op".into(), place: String::new(), ordinal };
            Way { recomputed: (0..count).map(tag).collect(), ..Way::default() }.to_string()
        };
        assert_eq!([told(0), told(2)], ["as it is", "Op#0, Op#1 again"]);
        assert_eq!(told(8), "Op#0, Op#1 and 6 more again");
    }
}
