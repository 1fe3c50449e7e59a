//! Splits a Chrome trace into the texts of its events, without holding more than one of them.
//!
//! Only quotes and braces are looked at: what lies between is left to the JSON parser, which gets
//! one event at a time. So memory stays bounded whatever the length of the file. Quotes are some ten
//! bytes apart, which is too short a way for `memchr` to pay.

use std::io::BufRead;

use memo_malloc::Code;

use crate::input::unread;
use crate::{Error, Place};

/// The events of the list that is the file, or that stands under `traceEvents`.
#[derive(Debug)]
pub(super) struct Objects<R> {
    input: R,
    text: Vec<u8>,
    count: u64,
    list: &'static str,
    /// What a failure to read means.
    code: Code,
}

/// Most bytes of one event. Those with call stacks take some kilobytes.
const EVENT_BYTES_MAX: usize = 1 << 24;

/// Most bytes of a key beside `traceEvents` that are looked at.
const KEY_BYTES_MAX: usize = 64;

const LIST: &[u8] = b"traceEvents";

impl<R: BufRead> Objects<R> {
    /// Goes to the first event; `code` is what a failure to read means.
    pub(super) fn begin(input: R, code: Code) -> Result<Objects<R>, Error> {
        let mut objects = Objects { input, text: Vec::new(), count: 0, list: "traceEvents", code };
        if objects.after_space()? == Some(b'[') {
            objects.list = "";
            objects.input.consume(1);
        } else {
            objects.seek_list()?;
        }
        Ok(objects)
    }

    /// The text of the next event.
    pub(super) fn next(&mut self) -> Result<Option<&[u8]>, Error> {
        loop {
            match self.after_space()? {
                Some(b',') => self.input.consume(1),
                Some(b'{') => {
                    self.copy_object()?;
                    self.count += 1;
                    return Ok(Some(&self.text));
                }
                Some(b']') => return Ok(None),
                // The list itself may lack its end: a profiler that was stopped writes none.
                None if self.list.is_empty() => return Ok(None),
                None => return Err(self.broken("the list of events breaks off")),
                Some(other) => {
                    let found = char::from(other).escape_default();
                    return Err(self.broken(format!("`{found}` where an event should begin")));
                }
            }
        }
    }

    /// Where the event last handed out stands.
    pub(super) fn path(&self) -> String {
        format!("{}[{}]", self.list, self.count.saturating_sub(1))
    }

    fn broken(&self, message: impl Into<String>) -> Error {
        let place = Place::Path(format!("{}[{}]", self.list, self.count));
        Error::new(Code::Malformed, message).at(place)
    }

    /// The next byte that is no white space, left where it is.
    fn after_space(&mut self) -> Result<Option<u8>, Error> {
        loop {
            let chunk = filled(&mut self.input, self.code)?;
            if chunk.is_empty() {
                return Ok(None);
            }
            let space = chunk.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let found = chunk.get(space).copied();
            self.input.consume(space);
            if found.is_some() {
                return Ok(found);
            }
        }
    }

    fn next_byte(&mut self) -> Result<u8, Error> {
        let byte = filled(&mut self.input, self.code)?.first().copied();
        let byte = byte.ok_or_else(|| {
            Error::new(Code::Malformed, "the file ends without a list `traceEvents`")
        })?;
        self.input.consume(1);
        Ok(byte)
    }

    /// To behind the `[` of the list, past all other fields of the object around it.
    fn seek_list(&mut self) -> Result<(), Error> {
        let mut depth = 0_u32;
        let mut is_list = false;
        loop {
            match self.next_byte()? {
                b'"' => is_list = self.is_key_of_list()? && depth == 1,
                b'[' if is_list => return Ok(()),
                b'{' | b'[' => (depth, is_list) = (depth.saturating_add(1), false),
                b'}' | b']' => (depth, is_list) = (depth.saturating_sub(1), false),
                b',' => is_list = false,
                _ => {}
            }
        }
    }

    /// Reads a string to its end.
    fn is_key_of_list(&mut self) -> Result<bool, Error> {
        let mut key = Vec::with_capacity(KEY_BYTES_MAX);
        loop {
            let byte = self.next_byte()?;
            match byte {
                b'"' => return Ok(key == LIST),
                b'\\' => drop(self.next_byte()?),
                _ => {}
            }
            if key.len() < KEY_BYTES_MAX {
                key.push(byte);
            }
        }
    }

    fn copy_object(&mut self) -> Result<(), Error> {
        self.text.clear();
        let mut scan = Scan::default();
        loop {
            let chunk = filled(&mut self.input, self.code)?;
            if chunk.is_empty() {
                return Err(self.broken("the file ends within an event"));
            }
            let used = scan.advance(chunk);
            self.text.extend_from_slice(&chunk[..used]);
            self.input.consume(used);
            if scan.is_done {
                return Ok(());
            }
            if self.text.len() > EVENT_BYTES_MAX {
                return Err(self.broken(format!("an event of more than {EVENT_BYTES_MAX} bytes")));
            }
        }
    }
}

fn filled(input: &mut impl BufRead, code: Code) -> Result<&[u8], Error> {
    input.fill_buf().map_err(|error| unread(code, &error))
}

/// Where in an object the text read so far ends.
#[derive(Debug, Default)]
struct Scan {
    depth: u32,
    in_string: bool,
    is_escaped: bool,
    is_done: bool,
}

impl Scan {
    /// How many bytes of the chunk belong to the object.
    fn advance(&mut self, chunk: &[u8]) -> usize {
        let mut at = 0;
        while at < chunk.len() && !self.is_done {
            at += self.step(&chunk[at..]);
        }
        at
    }

    /// To behind the next byte that means something.
    fn step(&mut self, rest: &[u8]) -> usize {
        if self.is_escaped {
            self.is_escaped = false;
            return 1;
        }
        let found = if self.in_string {
            rest.iter().position(|byte| matches!(byte, b'"' | b'\\'))
        } else {
            rest.iter().position(|byte| matches!(byte, b'"' | b'{' | b'}'))
        };
        let Some(found) = found else { return rest.len() };
        match rest[found] {
            b'"' => self.in_string = !self.in_string,
            b'\\' => self.is_escaped = true,
            b'{' => self.depth = self.depth.saturating_add(1),
            _ => {
                self.depth = self.depth.saturating_sub(1);
                self.is_done = self.depth == 0;
            }
        }
        found + 1
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn split(text: &str, chunk: usize) -> Vec<String> {
        let input = BufReader::with_capacity(chunk, text.as_bytes());
        let mut objects = Objects::begin(input, Code::Io).unwrap();
        let mut found = Vec::new();
        while let Some(text) = objects.next().unwrap() {
            found.push(String::from_utf8(text.to_vec()).unwrap());
        }
        found
    }

    #[test]
    fn events_are_found_in_any_chunks() {
        let events = [r#"{"a":"}\"{"}"#, r#"{"b":{"c":[1,{}]}}"#, r#"{"d":"\\"}"#];
        let list = format!("[{}]", events.join(" ,\n"));
        let within = format!(
            r#"{{"x":"traceEvents","y":{{"traceEvents":[1]}},"z\"":[2],"traceEvents" : {list},"w":3}}"#
        );
        for chunk in 1..40 {
            assert_eq!(split(&list, chunk), events, "{chunk}");
            assert_eq!(split(&within, chunk), events, "{chunk}");
        }
    }

    #[test]
    fn a_list_alone_may_lack_its_end() {
        assert_eq!(split("[{},{}", 3), ["{}", "{}"]);
        let mut cut = Objects::begin(&br#"{"traceEvents":[{}"#[..], Code::Io).unwrap();
        assert!(cut.next().unwrap().is_some());
        assert_eq!(cut.next().unwrap_err().place(), &Place::Path("traceEvents[1]".to_owned()));
    }
}
