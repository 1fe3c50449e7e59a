//! What is kept of the events: requests, frees and ops, in a few bytes each.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use memo_malloc::Code;
use serde::Deserialize;
use serde::de::{self, DeserializeOwned, IgnoredAny, Visitor};
use serde_json::value::RawValue;

use super::modules::{PlaceIdx, module_of};
use crate::{Error, Place};

/// Most events of memory and ops that are kept: 2 GiB of them.
const EVENTS_MAX: usize = 1 << 25;

/// An op or a module on a thread, from its begin to its end in microseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Op {
    pub(super) start: f64,
    pub(super) end: f64,
    pub(super) thread: u32,
    pub(super) name: u32,
    /// Found at the end, when all modules are known.
    pub(super) place: PlaceIdx,
}

/// A request (positive bytes) or a free (negative).
#[derive(Debug, Clone, Copy)]
pub(super) struct Memory {
    pub(super) at: f64,
    pub(super) address: u64,
    pub(super) bytes: i64,
    pub(super) thread: u32,
    pub(super) device: Device,
}

/// The kind and number of a device, as PyTorch numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Device {
    pub(super) kind: i32,
    pub(super) number: i32,
}

impl Device {
    pub(super) fn is_cpu(self) -> bool {
        self.kind == 0
    }
}

/// All that is kept of a trace.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) ops: Vec<Op>,
    pub(super) modules: Vec<Op>,
    pub(super) memory: Vec<Memory>,
    pub(super) names: Vec<String>,
    pub(super) has_no_addresses: bool,
    name_idx: BTreeMap<String, u32>,
    threads: BTreeMap<u64, u32>,
}

impl Kept {
    /// Takes what matters of the text of one event.
    pub(super) fn push(&mut self, text: &[u8]) -> Result<(), Error> {
        let event: Event = serde_json::from_slice(text).map_err(|_| told::<OwnedEvent>(text))?;
        let (Some(at), Some(thread)) = (event.ts, event.tid.0) else { return Ok(()) };
        match &*event.ph {
            "i" | "I" if event.name == "[memory]" => self.push_memory(&event, at, thread)?,
            "X" if event.is_op() => {
                let op = self.span(&event, &event.name, at, thread);
                self.ops.push(op);
            }
            "X" if event.cat == "python_function" => {
                let Some(name) = module_of(&event.name) else { return Ok(()) };
                let module = self.span(&event, name, at, thread);
                self.modules.push(module);
            }
            _ => return Ok(()),
        }
        if self.ops.len() + self.modules.len() + self.memory.len() > EVENTS_MAX {
            return Err(Error::new(Code::Malformed, format!("more than {EVENTS_MAX} events"))
                .fix_by("record fewer steps of the model at a time"));
        }
        Ok(())
    }

    fn push_memory(&mut self, event: &Event, at: f64, thread: u64) -> Result<(), Error> {
        let Some(args) = event.args else { return Ok(()) };
        let args: Args = serde_json::from_str(args.get())
            .map_err(|_| told::<Args>(args.get().as_bytes()).within("args"))?;
        let Some(address) = args.address else {
            self.has_no_addresses = true;
            return Ok(());
        };
        if args.bytes != 0 {
            let device = Device { kind: args.device_kind, number: args.device_number };
            let thread = self.thread(thread);
            self.memory.push(Memory { at, address, bytes: args.bytes, thread, device });
        }
        Ok(())
    }

    fn span(&mut self, event: &Event, name: &str, start: f64, thread: u64) -> Op {
        let end = start + event.dur.unwrap_or(0.0).max(0.0);
        let (thread, name) = (self.thread(thread), self.name(name));
        Op { start, end, thread, name, place: 0 }
    }

    fn thread(&mut self, id: u64) -> u32 {
        let next = u32::try_from(self.threads.len()).unwrap_or(u32::MAX);
        *self.threads.entry(id).or_insert(next)
    }

    fn name(&mut self, name: &str) -> u32 {
        if let Some(&known) = self.name_idx.get(name) {
            return known;
        }
        let next = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.to_owned());
        self.name_idx.insert(name.to_owned(), next);
        next
    }
}

#[derive(Debug, Deserialize)]
struct Event<'a> {
    #[serde(borrow, default)]
    ph: Cow<'a, str>,
    #[serde(borrow, default)]
    cat: Cow<'a, str>,
    #[serde(borrow, default)]
    name: Cow<'a, str>,
    #[serde(default)]
    tid: Thread,
    ts: Option<f64>,
    dur: Option<f64>,
    #[serde(borrow)]
    args: Option<&'a RawValue>,
}

/// The same fields, to find out which of them is wrong.
#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "parsed for the path of the error only")]
struct OwnedEvent {
    #[serde(default)]
    ph: String,
    #[serde(default)]
    cat: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    tid: Thread,
    ts: Option<f64>,
    dur: Option<f64>,
    args: Option<IgnoredAny>,
}

impl Event<'_> {
    /// PyTorch 1.8 called the category `Operator`.
    fn is_op(&self) -> bool {
        self.cat == "cpu_op" || self.cat == "Operator"
    }
}

#[derive(Debug, Deserialize)]
struct Args {
    #[serde(rename = "Addr")]
    address: Option<u64>,
    #[serde(rename = "Bytes")]
    bytes: i64,
    #[serde(rename = "Device Type", default)]
    device_kind: i32,
    #[serde(rename = "Device Id", default)]
    device_number: i32,
}

/// A thread by its number. Rows that are no threads have a text.
#[derive(Debug, Default)]
struct Thread(Option<u64>);

impl<'de> Deserialize<'de> for Thread {
    fn deserialize<D: de::Deserializer<'de>>(from: D) -> Result<Thread, D::Error> {
        from.deserialize_any(ThreadVisitor)
    }
}

struct ThreadVisitor;

impl Visitor<'_> for ThreadVisitor {
    type Value = Thread;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the number of a thread")
    }

    fn visit_u64<E>(self, number: u64) -> Result<Thread, E> {
        Ok(Thread(Some(number)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Thread, E> {
        Ok(Thread(Some(number.cast_unsigned())))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Thread, E> {
        Ok(Thread(None))
    }

    fn visit_str<E>(self, _: &str) -> Result<Thread, E> {
        Ok(Thread(None))
    }
}

/// What is wrong with a text that does not parse as `T`, and where in it.
fn told<T: DeserializeOwned>(text: &[u8]) -> Error {
    let mut json = serde_json::Deserializer::from_slice(text);
    let result: Result<T, _> = serde_path_to_error::deserialize(&mut json);
    let Err(error) = result else {
        return Error::new(Code::Malformed, "the event is no JSON");
    };
    let path = error.path().to_string();
    let message = error.into_inner().to_string();
    let message = message.split(" at line ").next().unwrap_or_default().to_owned();
    let path = if path == "." { String::new() } else { path };
    Error::new(Code::Malformed, message).at(Place::Path(path))
}
