//! The batch in chunks: the model runs several times, on a part of the batch each.
//!
//! What the caller gives and takes is there as a whole all the time; all else is as large as a
//! chunk. No work is done twice, but weights are read once for each chunk.

use memo_formats::TensorIdx;
use memo_malloc::{Lifetime, Step};

use crate::draft::Draft;
use crate::run::Run;

/// The length of the batch, if every tensor of a run has it first.
pub(crate) fn batch(run: &Run) -> Option<u64> {
    let first = |tensor: TensorIdx| run.graph.tensors[tensor.usize()].shape.first().copied();
    let batch = first(*run.graph.inputs.first()?).filter(|&batch| batch > 1)?;
    let live = (0..).map(TensorIdx).zip(&run.lives).filter(|(_, life)| life.is_some());
    let mut live = live.map(|(tensor, _)| first(tensor));
    live.all(|length| length == Some(batch)).then_some(batch)
}

/// Into how many chunks of the same length a batch may be cut.
pub(crate) fn counts(batch: u64) -> impl Iterator<Item = u64> {
    /// Longer batches are cut into one chunk for each of their elements only.
    const COUNTED_MAX: u64 = 64;
    let few = (2..=batch.min(COUNTED_MAX)).filter(move |&count| batch.is_multiple_of(count));
    few.chain((batch > COUNTED_MAX).then_some(batch))
}

/// Cuts the batch into so many chunks.
pub(crate) fn apply(draft: &mut Draft, count: u64) {
    let run = draft.run;
    let end = Step::try_from(run.graph.nodes.len()).unwrap_or(Step::MAX).max(1);
    for at in (0..draft.sizes.len()).filter(|&at| run.lives[at].is_some()) {
        let tensor = TensorIdx(u32::try_from(at).unwrap_or(u32::MAX));
        if run.is_callers(tensor) {
            draft.lives[at] = draft.lives[at].map(|_| Lifetime { start: 0, end });
        } else {
            draft.sizes[at] = draft.sizes[at].div_ceil(count);
        }
    }
}
