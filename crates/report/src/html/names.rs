//! Who asked for the buffers of a report, with or without their names.

use std::collections::BTreeMap;

use memo_malloc::model::OpTag;
use serde::Serialize;

use super::Pane;

/// Whether a report tells what ops, modules, buffers and files are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// As they are.
    Shown,
    /// Numbered instead, so that a report can be given away.
    Redacted,
}

/// The ops of all panes, as columns over two lists of texts.
#[derive(Debug, Serialize)]
pub(super) struct Ops {
    pub(super) names: Vec<String>,
    pub(super) modules: Vec<String>,
    /// Of each op, its position in `names` …
    pub(super) name: Vec<usize>,
    /// … and in `modules`.
    pub(super) module: Vec<usize>,
    ordinal: Vec<u32>,
}

impl Ops {
    pub(super) fn of(panes: &[Pane<'_>], names: Names) -> Ops {
        let tags: Vec<&OpTag> = panes.iter().flat_map(|pane| pane.problem.ops()).collect();
        let (texts, name) = distinct(tags.iter().map(|tag| tag.name.as_str()));
        let (places, module) = distinct(tags.iter().map(|tag| module_of(tag)));
        Ops {
            names: names.told("op", texts),
            modules: names.told("module", places),
            name,
            module,
            ordinal: tags.iter().map(|tag| tag.ordinal).collect(),
        }
    }
}

fn module_of(tag: &OpTag) -> &str {
    if tag.place.is_empty() { "unknown" } else { &tag.place }
}

/// The texts in the order in which they come first, and the position of each.
fn distinct<'a>(texts: impl Iterator<Item = &'a str>) -> (Vec<&'a str>, Vec<usize>) {
    let (mut known, mut list) = (BTreeMap::new(), Vec::new());
    let position = |text| {
        *known.entry(text).or_insert_with(|| {
            list.push(text);
            list.len() - 1
        })
    };
    let positions = texts.map(position).collect();
    (list, positions)
}

impl Names {
    fn told(self, noun: &str, texts: Vec<&str>) -> Vec<String> {
        let told = |(number, text): (usize, &str)| match self {
            Names::Shown => text.to_owned(),
            Names::Redacted => format!("{noun} {}", number + 1),
        };
        texts.into_iter().enumerate().map(told).collect()
    }
}
