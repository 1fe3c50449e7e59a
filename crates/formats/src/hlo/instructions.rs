//! The instructions of a module: what the buffers are named after.

use std::collections::BTreeMap;

use memo_malloc::model::OpTag;

use super::assignment::LogicalBuffer;
use crate::Error;
use crate::wire::{Message, Value};

#[derive(Debug, Clone, Copy, Default)]
struct Instruction<'a> {
    name: &'a str,
    /// Where it comes from in the program that was compiled, for example `jit(f)/while/body/add`.
    source: &'a str,
    /// The number of the computation's instruction, unique within the module.
    id: u64,
}

/// All instructions of a module.
#[derive(Debug, Default)]
pub(super) struct Instructions<'a> {
    by_id: BTreeMap<u64, Instruction<'a>>,
    by_name: BTreeMap<&'a str, Instruction<'a>>,
}

impl<'a> Instructions<'a> {
    pub(super) fn of(module: Message<'a>) -> Result<Instructions<'a>, Error> {
        let mut found = Instructions::default();
        for field in module {
            let (3, Value::Nested(computation)) = field? else { continue };
            for field in computation {
                let (2, Value::Nested(message)) = field? else { continue };
                let instruction = Instruction::of(message)?;
                found.by_id.insert(instruction.id, instruction);
                found.by_name.insert(instruction.name, instruction);
            }
        }
        Ok(found)
    }

    /// What stands for the instruction that makes a buffer, where it is known.
    pub(super) fn op(&self, buffer: &LogicalBuffer<'a>, ordinal: usize) -> Option<OpTag> {
        let Instruction { name, source, .. } = self.maker(buffer)?;
        // XLA tells instructions of one kind apart by a number: `fusion.12`.
        let numbered = name.rsplit_once('.');
        let kind = numbered.filter(|(_, number)| number.bytes().all(|byte| byte.is_ascii_digit()));
        let name = kind.map_or(name, |(kind, _)| kind).to_owned();
        let ordinal = u32::try_from(ordinal).unwrap_or(u32::MAX);
        Some(OpTag { name, place: source.to_owned(), ordinal })
    }

    /// What a buffer is called: its instruction and, as XLA writes it, the part of the result.
    pub(super) fn id(&self, id: u64, buffer: &LogicalBuffer<'a>) -> String {
        let name = self.maker(buffer).map_or_else(|| id.to_string(), |maker| maker.name.to_owned());
        if buffer.part.is_empty() {
            return name;
        }
        let part: Vec<String> = buffer.part.iter().map(u64::to_string).collect();
        format!("{name}{{{}}}", part.join(","))
    }

    fn maker(&self, buffer: &LogicalBuffer<'a>) -> Option<Instruction<'a>> {
        if buffer.made_by.is_empty() {
            return self.by_id.get(&buffer.made_by_id).copied();
        }
        let nameless = Instruction { name: buffer.made_by, ..Instruction::default() };
        Some(self.by_name.get(buffer.made_by).copied().unwrap_or(nameless))
    }
}

impl<'a> Instruction<'a> {
    fn of(message: Message<'a>) -> Result<Instruction<'a>, Error> {
        let mut instruction = Instruction::default();
        for field in message {
            match field? {
                (1, Value::Nested(name)) => instruction.name = name.text()?,
                (7, Value::Nested(metadata)) => instruction.source = source(metadata)?,
                (35, Value::Varint(id)) => instruction.id = id,
                _ => {}
            }
        }
        Ok(instruction)
    }
}

fn source(metadata: Message<'_>) -> Result<&str, Error> {
    let mut source = "";
    for field in metadata {
        if let (2, Value::Nested(name)) = field? {
            source = name.text()?;
        }
    }
    Ok(source)
}
