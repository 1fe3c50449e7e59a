//! Another order of the nodes that needs less at its worst step.
//!
//! Orders are built node by node, all that have run the same nodes being one state, of which only the
//! one with the smallest peak goes on. Of the states after each node as many are kept as the budget
//! allows, those of the smallest peak first: while none has to be left out, no order is better than
//! the one found. A node that adds no bytes (a constant, a view) runs as soon as it can, which never
//! hurts: it can only free something earlier. Cost: nodes² × states kept.

use std::collections::BTreeMap;

use memo_formats::{Graph, TensorIdx};
use memo_malloc::Bytes;
use memo_malloc::model::OpTag;

use crate::run::Run;

/// So many nodes are looked at: a part of a second.
const LOOKS_MAX: usize = 1 << 25;

/// More states at a time are hardly ever better.
const STATES_MAX: usize = 1 << 10;

/// The nodes that have run, as bits.
type Done = Vec<u64>;

#[derive(Debug, Clone)]
struct State {
    peak: Bytes,
    live: Bytes,
    /// Where its path ends.
    path: usize,
}

fn has(done: &Done, node: usize) -> bool {
    done[node / 64] >> (node % 64) & 1 == 1
}

/// What the search knows of the nodes.
struct Search<'a> {
    run: &'a Run,
    /// What must have run before each node.
    before: Vec<Vec<usize>>,
    /// The bytes that each node makes.
    adds: Vec<Bytes>,
    /// The tensors that each node makes or reads and that may end with it.
    touches: Vec<Vec<TensorIdx>>,
    /// Nodes with the path that they end.
    paths: Vec<(usize, usize)>,
}

/// The run in the order found, if it needs less than `peak`, its load in the order it has.
pub(crate) fn reordered(run: &Run, peak: Bytes) -> Option<Run> {
    let order = Search::new(run).least(peak)?;
    let graph = &run.graph;
    let nodes = order.iter().map(|&node| graph.nodes[node].clone()).collect();
    let tags: Vec<OpTag> = order.iter().map(|&node| run.tags[node].clone()).collect();
    Some(Run::with_tags(Graph { nodes, ..graph.clone() }, tags))
}

impl Search<'_> {
    fn new(run: &Run) -> Search<'_> {
        let mut before = vec![Vec::new(); run.graph.nodes.len()];
        for (readers, makers) in run.readers.iter().zip(&run.makers) {
            for &reader in readers {
                before[reader].extend(makers.iter().filter(|&&maker| maker < reader));
            }
            // A view is made by one node of what another made.
            for pair in makers.windows(2) {
                before[pair[1]].push(pair[0]);
            }
        }
        let (mut adds, mut touches) = (Vec::new(), Vec::new());
        for (idx, node) in run.graph.nodes.iter().enumerate() {
            let is_new = |tensor: &&TensorIdx| run.makers[tensor.usize()].first() == Some(&idx);
            let size = |tensor: &TensorIdx| run.graph.tensors[tensor.usize()].size;
            adds.push(roots(run, &node.outputs).iter().filter(is_new).map(size).sum());
            let mut all = roots(run, &[&*node.inputs, &node.outputs].concat());
            all.retain(|&tensor| !run.is_taken(tensor));
            touches.push(all);
        }
        Search { run, before, adds, touches, paths: Vec::new() }
    }

    fn least(mut self, peak: Bytes) -> Option<Vec<usize>> {
        let node_count = self.run.graph.nodes.len();
        let states_max = (LOOKS_MAX / node_count.pow(2).max(1)).clamp(1, STATES_MAX);
        let start = State { peak: 0, live: self.inputs(), path: usize::MAX };
        let mut states = vec![(vec![0; node_count.div_ceil(64)], start)];
        for _ in 0..node_count {
            states = self.next(&states, peak, states_max);
        }
        let (_, best) = states.into_iter().next()?;
        Some(self.path(best.path))
    }

    fn inputs(&self) -> Bytes {
        let tensors = (0..).map(TensorIdx).zip(&self.run.graph.tensors);
        let given = tensors.filter(|(idx, _)| {
            self.run.lives[idx.usize()].is_some() && self.run.makers[idx.usize()].is_empty()
        });
        given.map(|(_, tensor)| tensor.size).sum()
    }

    /// The states after one more node, the best first.
    fn next(&mut self, states: &[(Done, State)], peak: Bytes, most: usize) -> Vec<(Done, State)> {
        let mut found: BTreeMap<Done, State> = BTreeMap::new();
        for (done, state) in states {
            for node in self.choices(done) {
                let mut with = done.clone();
                with[node / 64] |= 1 << (node % 64);
                let mut next = self.after(state, &with, node);
                if next.peak >= peak {
                    continue;
                }
                if found.get(&with).is_none_or(|known| next.peak < known.peak) {
                    next.path = self.paths.len();
                    self.paths.push((node, state.path));
                    found.insert(with, next);
                }
            }
        }
        let mut found: Vec<(Done, State)> = found.into_iter().collect();
        found.sort_by_key(|(_, state)| (state.peak, state.live));
        found.truncate(most);
        found
    }

    /// What is tried next: one node that adds no bytes, or else all that may run.
    fn choices(&self, done: &Done) -> Vec<usize> {
        match self.ready(done).find(|&node| self.adds[node] == 0) {
            Some(node) => vec![node],
            None => self.ready(done).collect(),
        }
    }

    /// What may run next.
    fn ready<'d>(&'d self, done: &'d Done) -> impl Iterator<Item = usize> + 'd {
        let is_ready = move |&node: &usize| {
            !has(done, node) && self.before[node].iter().all(|&before| has(done, before))
        };
        (0..self.before.len()).filter(is_ready)
    }

    fn after(&self, state: &State, done: &Done, node: usize) -> State {
        let run = self.run;
        let live = state.live + self.adds[node];
        let is_over = |idx: &&TensorIdx| {
            let mut touching = run.readers[idx.usize()].iter().chain(&run.makers[idx.usize()]);
            touching.all(|&node| has(done, node))
        };
        let size = |idx: &TensorIdx| run.graph.tensors[idx.usize()].size;
        let freed = self.touches[node].iter().filter(is_over).map(size).sum::<Bytes>();
        State { peak: state.peak.max(live), live: live - freed, path: state.path }
    }

    fn path(&self, mut at: usize) -> Vec<usize> {
        let mut order = Vec::new();
        while let Some(&(node, parent)) = self.paths.get(at) {
            order.push(node);
            at = parent;
        }
        order.reverse();
        order
    }
}

/// The tensors that have the bytes of these, each once, without those that are not planned.
fn roots(run: &Run, tensors: &[TensorIdx]) -> Vec<TensorIdx> {
    let mut roots: Vec<TensorIdx> = tensors.iter().map(|&idx| run.graph.root(idx)).collect();
    roots.sort_unstable();
    roots.dedup();
    roots.retain(|idx| run.lives[idx.usize()].is_some());
    roots
}
