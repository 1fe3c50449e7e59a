//! Writes planned offsets into a model, where TensorFlow Lite for Microcontrollers looks for them.
//!
//! The offsets are a buffer of little-endian 32-bit numbers, `[1, 0, n, offset × n]`, that a metadata
//! entry `OfflineMemoryAllocation` names; −1 leaves a tensor to the runtime, and n counts all tensors,
//! constants included. All references in a FlatBuffer are relative and lead forward, so the old file is
//! not parsed and written anew but stays as it is, behind a new head:
//!
//! ```text
//! root ▸ Model' ─ buffers' ─ metadata' ─ Buffer' ─ Metadata' │ the old file, shifted by a multiple of 16
//!          └────────┴──────────┴──── old tables ─────────────▸
//! ```

use memo_malloc::{Bytes, Code};

use super::field::{metadata, model};
use super::flat::Table;
use super::{is_beyond, read};
use crate::Error;
use crate::format::{Content, TFLITE_MAGIC, sniff};

/// The name under which the runtime looks for offsets.
const ENTRY: &str = "OfflineMemoryAllocation";

/// The old file keeps its alignment: that of weights.
const SHIFT: usize = 16;

/// An offset the runtime is to choose.
const ONLINE: i32 = -1;

/// The model with the offsets of its planned tensors, in the order of the buffers of its problem.
///
/// # Errors
/// When the file is no model of one subgraph, has other tensors than there are offsets, or holds
/// data beyond what can be moved.
pub fn with_offsets(file: &[u8], offsets: &[Bytes]) -> Result<Vec<u8>, Error> {
    if sniff(file)? != Content::Tflite {
        return Err(Error::new(Code::WrongNoun, "this is no TensorFlow Lite model")
            .fix_by("give a .tflite file, or write the plan as .json, .h, .rs or .ts"));
    }
    let old = Table::root(file)?;
    if old.vector(model::SUBGRAPHS)?.len() != 1 {
        // Older runtimes would take the offsets for those of every subgraph.
        return Err(Error::new(Code::Unsupported, "offsets for a model of several subgraphs"));
    }
    for buffer in old.vector(model::BUFFERS)?.tables() {
        if is_beyond(buffer?)? {
            return Err(Error::new(Code::Unsupported, "data behind the model cannot be moved"));
        }
    }
    let content = content(file, offsets)?;
    Head::new(old)?.written(file, &content)
}

/// The numbers that the runtime reads.
fn content(file: &[u8], offsets: &[Bytes]) -> Result<Vec<u8>, Error> {
    let graph = read(file)?;
    let planned = graph.planned();
    if planned.len() != offsets.len() {
        let message = format!("{} offsets for {} tensors", offsets.len(), planned.len());
        return Err(Error::new(Code::OffsetCount, message));
    }
    let too_large = || Error::new(Code::TooLarge, "an arena of more than 2^31 - 1 bytes");
    let mut numbers = vec![ONLINE; graph.tensors.len()];
    for (idx, &offset) in planned.iter().zip(offsets) {
        numbers[idx.usize()] = i32::try_from(offset).map_err(|_| too_large())?;
    }
    let count = i32::try_from(numbers.len()).map_err(|_| too_large())?;
    Ok([1, 0, count].iter().chain(&numbers).flat_map(|number| number.to_le_bytes()).collect())
}

/// What the new head takes over: positions in the old file.
struct Head {
    version: u32,
    /// The tables and vectors of the model by field; those that are written anew are left out.
    kept: Vec<(usize, usize)>,
    buffers: Vec<usize>,
    metadata: Vec<usize>,
}

impl Head {
    fn new(old: Table) -> Result<Head, Error> {
        let mut kept = Vec::new();
        for number in 1..model::COUNT {
            let is_new = number == model::BUFFERS || number == model::METADATA;
            if let (false, Some(at)) = (is_new, old.position(number)?) {
                kept.push((number, at));
            }
        }
        let entries = old.vector(model::METADATA)?;
        let mut others = Vec::new();
        for (entry, at) in entries.tables().zip(entries.targets()) {
            if entry?.text(metadata::NAME)? != ENTRY {
                others.push(at?);
            }
        }
        let buffers = old.vector(model::BUFFERS)?.targets().collect::<Result<_, _>>()?;
        Ok(Head { version: old.u32(0)?, kept, buffers, metadata: others })
    }

    fn written(&self, file: &[u8], content: &[u8]) -> Result<Vec<u8>, Error> {
        let mut out = Out::default();
        out.u32(0);
        out.bytes.extend(TFLITE_MAGIC);
        let fields: Vec<usize> =
            self.kept.iter().map(|kept| kept.0).chain([model::BUFFERS, model::METADATA]).collect();
        let slots = out.model(self.version, &fields);
        for (&(_, target), &slot) in self.kept.iter().zip(&slots) {
            out.lead_to_old(slot, target);
        }
        let new_buffer = out.vector(slots[self.kept.len()], &self.buffers);
        let new_entry = out.vector(slots[self.kept.len() + 1], &self.metadata);
        out.buffer(new_buffer, content);
        let idx = u32::try_from(self.buffers.len()).unwrap_or(u32::MAX);
        out.entry(new_entry, idx);
        out.finish(file)
    }
}

/// The new head, and the references in it that lead into the old file.
#[derive(Default)]
struct Out {
    bytes: Vec<u8>,
    to_old: Vec<(usize, usize)>,
}

impl Out {
    fn u16(&mut self, number: u16) {
        self.bytes.extend(number.to_le_bytes());
    }

    fn u32(&mut self, number: u32) {
        self.bytes.extend(number.to_le_bytes());
    }

    /// A place for a reference.
    fn slot(&mut self) -> usize {
        self.u32(0);
        self.bytes.len() - 4
    }

    /// Lets the next object begin at a multiple of four.
    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }

    /// Lets a slot lead to what is written next.
    fn lead_here(&mut self, slot: usize) {
        let distance = u32::try_from(self.bytes.len() - slot).unwrap_or(u32::MAX);
        self.bytes[slot..slot + 4].copy_from_slice(&distance.to_le_bytes());
    }

    fn lead_to_old(&mut self, slot: usize, target: usize) {
        self.to_old.push((slot, target));
    }

    /// A table of fields of four bytes each, in this order behind its layout.
    fn table(&mut self, parent: usize, fields: &[usize]) -> Vec<usize> {
        let entries = fields.iter().max().map_or(0, |last| last + 1);
        self.pad();
        let layout = self.bytes.len();
        let small = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        self.u16(small(4 + 2 * entries));
        self.u16(small(4 + 4 * fields.len()));
        for number in 0..entries {
            let place = fields.iter().position(|&field| field == number);
            self.u16(place.map_or(0, |place| small(4 + 4 * place)));
        }
        self.pad();
        self.lead_here(parent);
        let back = u32::try_from(self.bytes.len() - layout).unwrap_or(u32::MAX);
        self.u32(back);
        fields.iter().map(|_| self.slot()).collect()
    }

    /// The root, and the slots of its fields after the version.
    fn model(&mut self, version: u32, fields: &[usize]) -> Vec<usize> {
        let all: Vec<usize> = std::iter::once(0).chain(fields.iter().copied()).collect();
        let mut slots = self.table(0, &all);
        let first = slots.remove(0);
        self.bytes[first..first + 4].copy_from_slice(&version.to_le_bytes());
        slots
    }

    /// A vector of the old tables and a new one, whose slot is returned.
    fn vector(&mut self, parent: usize, old: &[usize]) -> usize {
        self.pad();
        self.lead_here(parent);
        self.u32(u32::try_from(old.len() + 1).unwrap_or(u32::MAX));
        for &target in old {
            let slot = self.slot();
            self.lead_to_old(slot, target);
        }
        self.slot()
    }

    fn buffer(&mut self, parent: usize, content: &[u8]) {
        let slot = self.table(parent, &[super::field::buffer::DATA])[0];
        // Its content is to be aligned as weights are.
        let aligned = (self.bytes.len() + 4).next_multiple_of(SHIFT) - 4;
        self.bytes.resize(aligned, 0);
        self.lead_here(slot);
        self.u32(u32::try_from(content.len()).unwrap_or(u32::MAX));
        self.bytes.extend(content);
    }

    fn entry(&mut self, parent: usize, buffer: u32) {
        let slots = self.table(parent, &[metadata::NAME, metadata::BUFFER]);
        self.bytes[slots[1]..slots[1] + 4].copy_from_slice(&buffer.to_le_bytes());
        self.pad();
        self.lead_here(slots[0]);
        self.u32(u32::try_from(ENTRY.len()).unwrap_or(u32::MAX));
        self.bytes.extend(ENTRY.as_bytes());
        self.bytes.push(0);
    }

    fn finish(mut self, file: &[u8]) -> Result<Vec<u8>, Error> {
        let head = self.bytes.len().next_multiple_of(SHIFT);
        self.bytes.resize(head, 0);
        for (slot, target) in self.to_old {
            let distance = u32::try_from(head + target - slot)
                .map_err(|_| Error::new(Code::TooLarge, "a model of more than 2^32 bytes"))?;
            self.bytes[slot..slot + 4].copy_from_slice(&distance.to_le_bytes());
        }
        self.bytes.extend(file);
        Ok(self.bytes)
    }
}
