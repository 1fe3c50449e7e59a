//! Results in place, run on a memory that remembers who wrote what.

use memo_formats::TensorIdx;
use memo_malloc::planners::plan;
use memo_malloc::{BufferIdx, Limits};

use super::{Random, graph};
use crate::draft::Draft;
use crate::reuse::{in_place, take_up};
use crate::run::Run;

/// Runs a draft at the offsets of its plan, and asserts that what is read is what was made.
fn replay(draft: &Draft) {
    let problem = draft.problem().expect("small sizes");
    let outcome = plan(&problem, &Limits::default()).expect("a plan");
    let offsets = &outcome.plan().expect("no capacity").offsets;
    let run = draft.run;
    let mut at = vec![None; draft.lives.len()];
    let placed = (0..draft.lives.len()).filter(|&idx| draft.lives[idx].is_some());
    for (buffer, idx) in (0..).map(BufferIdx).zip(placed) {
        at[idx] = Some((offsets[buffer.usize()], draft.sizes[idx]));
    }
    let mut memory = vec![TensorIdx(u32::MAX); 1 << 12];
    // A sum that is taken up is written over what it is added to, when the other half is made.
    let taken = |made: TensorIdx| {
        let reader = run.readers[made.usize()].first().map(|&node| &run.graph.nodes[node]);
        reader.filter(|_| draft.lives[made.usize()].is_none()).map(|node| node.outputs[0])
    };
    let cells = |idx: TensorIdx| {
        let (offset, size) = at[idx.usize()].unwrap_or((0, 0));
        usize::try_from(offset).expect("small")..usize::try_from(offset + size).expect("small")
    };
    memory[cells(TensorIdx(0))].fill(TensorIdx(0));
    for node in &run.graph.nodes {
        let is_taken_up = node.inputs.iter().any(|&idx| taken(idx) == Some(node.outputs[0]));
        for &input in &node.inputs {
            let expected = if is_taken_up { node.outputs[0] } else { input };
            assert!(memory[cells(input)].iter().all(|&idx| idx == expected), "{node:?}");
        }
        let made = taken(node.outputs[0]).unwrap_or(node.outputs[0]);
        memory[cells(made)].fill(made);
    }
    assert!(run.graph.outputs.iter().all(|&idx| memory[cells(idx)].iter().all(|&by| by == idx)));
}

#[test]
fn what_is_read_is_still_there() {
    let mut random = Random(3);
    let (mut placed, mut taken) = (0, 0);
    for round in 0..1200 {
        let ops = ["Add", "Add", "Relu", "Conv", "Gemm"];
        let run = Run::of(graph(&mut random, 9, &ops, [1, 9][round % 2], 3));
        for is_in_place in [false, true] {
            let mut draft = Draft::of(&run);
            taken += take_up(&mut draft);
            if is_in_place {
                placed += in_place(&mut draft);
            }
            replay(&draft);
        }
    }
    assert!(placed > 400 && taken > 40, "{placed} {taken}");
}
