//! XLA's `HloProto`: a compiled module and, beside it, where XLA has placed its buffers.
//!
//! XLA plans as we do. It walks the schedule of the module, notes each buffer that begins or ends (a
//! heap simulator trace), and gives all of them offsets in one allocation. The notes are read as they
//! are: a step is an event, a buffer lives from its event to its end, buffers that XLA has made share
//! their bytes are one. The offsets come along, so that XLA's plan can stand beside ours.
//!
//! Parameters, constants and results lie in allocations of their own, which the caller or the file
//! holds. In an allocation may also lie buffers without events, such as tables of pointers: they count
//! as live throughout, as XLA has put nothing else in their place.

mod assignment;
mod draft;
mod instructions;
mod lives;

use std::collections::{BTreeMap, BTreeSet};

use memo_malloc::{Bytes, Code, Lifetime};

use crate::wire::{Message, Value};
use crate::{Document, Error, Read, Warning};
use assignment::{Assignment, Place};
use draft::Draft;
use instructions::Instructions;
use lives::Lives;

/// What the backends for GPUs and for CPUs align buffers to; the file does not say which it was.
const ALIGNMENTS: [Bytes; 2] = [256, 64];

/// Whether a file begins as one: a module as field 1, of more bytes than a text could say there,
/// which begins with its name or that of its entry.
pub(crate) fn is_hlo(bytes: &[u8]) -> bool {
    let Some((&0x0a, rest)) = bytes.split_first() else { return false };
    let length = rest.iter().take_while(|&&byte| byte & 0x80 != 0).count();
    (1..10).contains(&length) && matches!(rest.get(length + 1), Some(0x0a | 0x12))
}

/// Reads the problem that XLA has solved, and where it has placed the buffers.
pub(crate) fn read(bytes: &[u8]) -> Result<Read, Error> {
    let (mut module, mut assignment) = (None, None);
    for field in Message::of_file(bytes) {
        match field? {
            (1, Value::Nested(message)) => module = Some(message),
            (3, Value::Nested(message)) => assignment = Some(message),
            _ => {}
        }
    }
    let assignment = assignment.ok_or_else(|| {
        Error::new(Code::WrongNoun, "an XLA module whose buffers are not assigned")
            .fix_by("give what XLA_FLAGS=\"--xla_dump_to=DIR --xla_dump_hlo_as_proto\" writes as …after_optimizations.hlo.pb")
    })?;
    let assignment = Assignment::of(assignment)?;
    let instructions = module.map(Instructions::of).transpose()?.unwrap_or_default();
    Heap::of(&assignment)?.into_read(&assignment, &instructions)
}

/// What XLA has placed in one go.
struct Heap {
    lives: Lives,
    /// Buffers without events, by their place: the first of each, and the size of the largest.
    silent: BTreeMap<Place, (u64, Bytes)>,
    warnings: Vec<Warning>,
}

impl Heap {
    /// The heap of the trace with most bytes; without one, the largest allocation for temporaries.
    fn of(assignment: &Assignment) -> Result<Heap, Error> {
        let all: Result<Vec<Lives>, Error> = assignment.traces().collect();
        let mut all = all?;
        let most = (0..all.len()).max_by_key(|&idx| (all[idx].bytes(), all.len() - idx));
        let lives = most.map(|idx| all.swap_remove(idx)).unwrap_or_default();
        let elsewhere: BTreeSet<u64> = all.iter().flat_map(Lives::members).collect();
        let mut allocations: BTreeSet<usize> =
            lives.members().filter_map(|id| Some(assignment.place(id)?.allocation)).collect();
        if allocations.is_empty() {
            allocations.extend(assignment.largest_temporary());
        }
        let mut silent: BTreeMap<Place, (u64, Bytes)> = BTreeMap::new();
        for (id, place) in assignment.places() {
            let is_told = lives.has(id) || elsewhere.contains(&id);
            if !is_told && allocations.contains(&place.allocation) {
                let size = assignment.buffer(id).map_or(0, |buffer| buffer.size);
                let largest = &mut silent.entry(place).or_insert((id, 0)).1;
                *largest = size.max(*largest);
            }
        }
        let mut warnings = Vec::new();
        if !elsewhere.is_empty() {
            let (buffers, heaps) = (elsewhere.len(), all.len());
            let message = format!("{buffers} buffers of {heaps} smaller heaps are not planned");
            warnings.push(Warning::of_file(message));
        }
        if lives.is_empty() && !silent.is_empty() {
            let message = "no trace tells when buffers live: they count as live throughout";
            warnings.push(Warning::of_file(message.to_owned()));
        }
        Ok(Heap { lives, silent, warnings })
    }

    fn into_read(
        self,
        assignment: &Assignment,
        instructions: &Instructions,
    ) -> Result<Read, Error> {
        let throughout = Lifetime { start: 0, end: self.lives.end() };
        let told = self.lives.into_groups();
        let told = told.map(|(group, intervals)| (group.owner, group.size, intervals));
        let silent = self.silent.into_values().map(|(id, size)| (id, size, vec![throughout]));
        let all: Vec<_> = told.chain(silent).filter(|&(_, size, _)| size > 0).collect();
        let addresses: Option<Vec<u64>> =
            all.iter().map(|&(id, ..)| assignment.address(id)).collect();
        let addresses = addresses.unwrap_or_default();
        let mut draft = Draft::aligned(alignment(&addresses));
        for (id, size, intervals) in all {
            let buffer = assignment.buffer(id).unwrap_or_default();
            let op = instructions.op(&buffer, draft.op_count());
            draft.push(instructions.id(id, &buffer), op, size, &intervals);
        }
        let document = Document::Problem(draft.into_problem()?);
        Ok(Read { addresses, ..Read::new(document, self.warnings) })
    }
}

/// What all places are multiples of, if it is what a backend would want.
fn alignment(addresses: &[u64]) -> Bytes {
    let common = addresses.iter().fold(0, |bits, address| bits | address).trailing_zeros();
    let is_common = |alignment: &&Bytes| alignment.trailing_zeros() <= common;
    ALIGNMENTS.iter().find(is_common).copied().unwrap_or(1 << common.min(8))
}
