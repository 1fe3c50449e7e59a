//! Pickles, protocols 2 to 5, as data: what would import or call anything is refused.
//!
//! A pickle is a program for a stack machine. Values lie in one list and refer to each other by
//! their place in it, so what a pickle refers to a thousand times is there once, and a reference to
//! itself is harmless: nobody follows references but the reader of the snapshot, a few levels deep.

use memo_malloc::Code;

use crate::{Error, Place};

/// A place in the list of values.
pub(super) type Id = u32;

/// A value. Texts are those of the file.
#[derive(Debug)]
pub(super) enum Value<'a> {
    Int(i64),
    Text(&'a str),
    /// Lists and tuples.
    List(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    /// What no snapshot has where it matters: none, truths, fractions, bytes, long integers.
    Other,
}

/// All values of a pickle, and the one that it is.
#[derive(Debug)]
pub(super) struct Pickle<'a> {
    values: Vec<Value<'a>>,
    root: Id,
}

/// Most values: 1 GiB of them.
const VALUES_MAX: usize = 1 << 25;

/// So many fields of a dictionary are looked at: one may stand for all events of a list.
const FIELDS_MAX: usize = 64;

impl<'a> Pickle<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Pickle<'a>, Error> {
        let mut machine = Machine { bytes, ..Machine::default() };
        while !machine.is_done {
            let begin = machine.at;
            machine.step().map_err(|message| {
                Error::new(Code::Malformed, message).at(Place::Byte(begin as u64))
            })?;
        }
        let root = machine.stack.pop().ok_or_else(|| Error::new(Code::Malformed, "no value"))?;
        Ok(Pickle { values: machine.values, root })
    }

    pub(super) fn root(&self) -> Id {
        self.root
    }

    /// The value of a key of a dictionary.
    pub(super) fn field(&self, dict: Id, key: &str) -> Option<Id> {
        let Value::Dict(pairs) = &self.values[dict as usize] else { return None };
        let found =
            pairs.iter().rev().take(FIELDS_MAX).find(|(name, _)| self.text(*name) == Some(key));
        found.map(|&(_, value)| value)
    }

    pub(super) fn list(&self, id: Id) -> Option<&[Id]> {
        match &self.values[id as usize] {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    pub(super) fn text(&self, id: Id) -> Option<&'a str> {
        match self.values[id as usize] {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn int(&self, id: Id) -> Option<i64> {
        match self.values[id as usize] {
            Value::Int(number) => Some(number),
            _ => None,
        }
    }
}

#[derive(Debug, Default)]
struct Machine<'a> {
    bytes: &'a [u8],
    at: usize,
    values: Vec<Value<'a>>,
    stack: Vec<Id>,
    /// Where on the stack marks were set.
    marks: Vec<usize>,
    memo: Vec<Option<Id>>,
    is_done: bool,
}

type Step<T = ()> = Result<T, String>;

impl<'a> Machine<'a> {
    fn step(&mut self) -> Step {
        let [code] = self.fixed()?;
        match code {
            b'.' => self.is_done = true,
            b'(' => self.marks.push(self.stack.len()),
            b'0' => drop(self.pop()?),
            b'1' => drop(self.since_mark()?),
            0x80 => drop(self.fixed::<1>()?),
            0x95 => drop(self.fixed::<8>()?),
            b'q' | b'r' | 0x94 => self.memoize(code)?,
            b'h' | b'j' => self.recall(code)?,
            b']' | b')' | b'l' | b't' | 0x85..=0x87 | b'a' | b'e' => self.list(code)?,
            b'}' | b'd' | b's' | b'u' => self.dict(code)?,
            _ => {
                let value = self.scalar(code)?;
                self.push(value)?;
            }
        }
        Ok(())
    }

    /// A value without parts.
    fn scalar(&mut self, code: u8) -> Step<Value<'a>> {
        Ok(match code {
            b'N' | 0x88 | 0x89 => Value::Other,
            b'K' => Value::Int(self.fixed::<1>()?[0].into()),
            b'M' => Value::Int(u16::from_le_bytes(self.fixed()?).into()),
            b'J' => Value::Int(i32::from_le_bytes(self.fixed()?).into()),
            0x8a => self.long()?,
            b'G' => self.fixed::<8>().map(|_| Value::Other)?,
            0x8c | b'X' | 0x8d => {
                let bytes = self.counted(code)?;
                Value::Text(std::str::from_utf8(bytes).map_err(|_| "a text that is not UTF-8")?)
            }
            b'C' | b'B' | 0x8e => self.counted(code).map(|_| Value::Other)?,
            b'c' | 0x93 | b'R' | 0x81 | 0x92 | b'b' | b'o' | b'i' | b'P' | b'Q' => {
                return Err("it would call something: only plain data are read".to_owned());
            }
            other => return Err(format!("the opcode {other:#04x} is none that snapshots have")),
        })
    }

    fn take(&mut self, count: usize) -> Step<&'a [u8]> {
        let rest = &self.bytes[self.at..];
        let taken = rest.get(..count).ok_or("the file ends here")?;
        self.at += count;
        Ok(taken)
    }

    fn fixed<const N: usize>(&mut self) -> Step<[u8; N]> {
        self.take(N)?.try_into().map_err(|_| "the file ends here".to_owned())
    }

    /// Bytes after their count.
    fn counted(&mut self, code: u8) -> Step<&'a [u8]> {
        let count = match code {
            0x8c | b'C' => u64::from(self.fixed::<1>()?[0]),
            b'X' | b'B' => u64::from(u32::from_le_bytes(self.fixed()?)),
            _ => u64::from_le_bytes(self.fixed()?),
        };
        self.take(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// A little-endian integer of any length; addresses are the longest that matter.
    fn long(&mut self) -> Step<Value<'a>> {
        let count = self.fixed::<1>()?[0].into();
        let bytes = self.take(count)?;
        let is_negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
        let mut wide = [if is_negative { 0xff } else { 0 }; 16];
        let Some(low) = wide.get_mut(..count) else { return Ok(Value::Other) };
        low.copy_from_slice(bytes);
        Ok(i64::try_from(i128::from_le_bytes(wide)).map_or(Value::Other, Value::Int))
    }

    fn push(&mut self, value: Value<'a>) -> Step {
        if self.values.len() >= VALUES_MAX {
            return Err(format!("more than {VALUES_MAX} values"));
        }
        let id = Id::try_from(self.values.len()).map_err(|_| "too many values")?;
        self.values.push(value);
        self.stack.push(id);
        Ok(())
    }

    fn pop(&mut self) -> Step<Id> {
        let floor = self.marks.last().copied().unwrap_or(0);
        let is_there = self.stack.len() > floor;
        let popped = if is_there { self.stack.pop() } else { None };
        popped.ok_or_else(|| "a value is missing".to_owned())
    }

    fn since_mark(&mut self) -> Step<Vec<Id>> {
        let mark = self.marks.pop().ok_or("a mark is missing")?;
        Ok(self.stack.split_off(mark))
    }

    fn key(&mut self, code: u8) -> Step<usize> {
        let key = match code {
            b'q' | b'h' => u32::from(self.fixed::<1>()?[0]),
            _ => u32::from_le_bytes(self.fixed()?),
        };
        Ok(key as usize)
    }

    fn memoize(&mut self, code: u8) -> Step {
        let key = if code == 0x94 { self.memo.len() } else { self.key(code)? };
        // Picklers count from 0: a key far beyond would only fill the memory.
        if key > self.values.len() {
            return Err(format!("the memo {key} where {} values are", self.values.len()));
        }
        let top = *self.stack.last().ok_or("a value is missing")?;
        if key >= self.memo.len() {
            self.memo.resize(key + 1, None);
        }
        self.memo[key] = Some(top);
        Ok(())
    }

    fn recall(&mut self, code: u8) -> Step {
        let key = self.key(code)?;
        let known = self.memo.get(key).copied().flatten();
        self.stack.push(known.ok_or_else(|| format!("nothing is kept as {key}"))?);
        Ok(())
    }

    fn list(&mut self, code: u8) -> Step {
        match code {
            b']' | b')' => self.push(Value::List(Vec::new())),
            b'l' | b't' => {
                let items = self.since_mark()?;
                self.push(Value::List(items))
            }
            0x85..=0x87 => {
                let count = usize::from(code - 0x84);
                let mut items = (0..count).map(|_| self.pop()).collect::<Step<Vec<Id>>>()?;
                items.reverse();
                self.push(Value::List(items))
            }
            _ => {
                let items = if code == b'a' { vec![self.pop()?] } else { self.since_mark()? };
                match self.top()? {
                    Value::List(list) => list.extend(items),
                    _ => return Err("items for what is no list".to_owned()),
                }
                Ok(())
            }
        }
    }

    fn dict(&mut self, code: u8) -> Step {
        if code == b'}' {
            return self.push(Value::Dict(Vec::new()));
        }
        let items = if code == b's' {
            let value = self.pop()?;
            vec![self.pop()?, value]
        } else {
            self.since_mark()?
        };
        if code == b'd' {
            self.push(Value::Dict(Vec::new()))?;
        }
        let pairs = items.chunks_exact(2).map(|pair| (pair[0], pair[1]));
        match self.top()? {
            Value::Dict(dict) => dict.extend(pairs),
            _ => return Err("fields for what is no dictionary".to_owned()),
        }
        Ok(())
    }

    fn top(&mut self) -> Step<&mut Value<'a>> {
        let top = *self.stack.last().ok_or("a value is missing")?;
        Ok(&mut self.values[top as usize])
    }
}
