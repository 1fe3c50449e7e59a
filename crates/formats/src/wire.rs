//! The fields of a protocol buffer, one after the other, as slices of the file.
//!
//! A generated parser would build every message, weights of gigabytes included, before it could be
//! asked for a name. Here a message is an iterator that borrows: what is not looked at costs
//! nothing, nesting goes only as deep as the reader asks, and an error knows its byte.

use memo_malloc::Code;

use crate::{Error, Place};

/// A message, and where in the file it begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Message<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// The content of a field.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    Varint(u64),
    /// A message, a text, or numbers packed together.
    Nested(Message<'a>),
    /// A number of fixed width, which no reader here needs.
    Fixed,
}

impl<'a> Message<'a> {
    /// The whole file.
    pub(crate) fn of_file(bytes: &'a [u8]) -> Message<'a> {
        Message { bytes, at: 0 }
    }

    /// The bytes as they are.
    pub(crate) fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// The message as a text.
    pub(crate) fn text(self) -> Result<&'a str, Error> {
        std::str::from_utf8(self.bytes).map_err(|_| self.broken("a name that is not UTF-8"))
    }

    /// The message as numbers packed together.
    pub(crate) fn varints(mut self) -> Result<Vec<u64>, Error> {
        let mut numbers = Vec::new();
        while !self.bytes.is_empty() {
            numbers.push(self.take_varint()?);
        }
        Ok(numbers)
    }

    /// An error where the message begins.
    pub(crate) fn broken(self, message: impl Into<String>) -> Error {
        Error::new(Code::Malformed, message).at(Place::Byte(self.at as u64))
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Error> {
        let Some((taken, rest)) = self.bytes.split_at_checked(count) else {
            let left = self.bytes.len();
            return Err(self.broken(format!("a field of {count} bytes where {left} are left")));
        };
        self.bytes = rest;
        self.at += count;
        Ok(taken)
    }

    fn take_varint(&mut self) -> Result<u64, Error> {
        const BYTES_MAX: usize = 10;
        let mut number = 0;
        for (position, &byte) in self.bytes.iter().take(BYTES_MAX).enumerate() {
            number |= u64::from(byte & 0x7f) << (7 * position);
            if byte & 0x80 == 0 {
                self.take(position + 1)?;
                return Ok(number);
            }
        }
        Err(self.broken("a number without its end"))
    }

    fn take_field(&mut self) -> Result<(u64, Value<'a>), Error> {
        let begin = *self;
        let key = self.take_varint()?;
        let value = match key & 7 {
            0 => Value::Varint(self.take_varint()?),
            1 => self.take(8).map(|_| Value::Fixed)?,
            2 => {
                let length = usize::try_from(self.take_varint()?).unwrap_or(usize::MAX);
                let at = self.at;
                Value::Nested(Message { bytes: self.take(length)?, at })
            }
            5 => self.take(4).map(|_| Value::Fixed)?,
            other => return Err(begin.broken(format!("a field of the unknown kind {other}"))),
        };
        Ok((key >> 3, value))
    }
}

impl<'a> IntoIterator for Message<'a> {
    type Item = Result<(u64, Value<'a>), Error>;
    type IntoIter = Fields<'a>;

    fn into_iter(self) -> Fields<'a> {
        Fields(self)
    }
}

/// The fields that are left of a message; none after an error.
#[derive(Debug)]
pub(crate) struct Fields<'a>(Message<'a>);

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.bytes.is_empty() {
            return None;
        }
        let field = self.0.take_field();
        if field.is_err() {
            self.0.bytes = &[];
        }
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_in_turn() {
        let bytes = [0x08, 0x96, 0x01, 0x12, 0x02, b'h', b'i', 0x1d, 0, 0, 0, 0];
        let fields: Vec<_> =
            Message::of_file(&bytes).into_iter().collect::<Result<_, _>>().unwrap();
        assert!(matches!(fields[0], (1, Value::Varint(150))));
        assert!(matches!(fields[1], (2, Value::Nested(text)) if text.text().unwrap() == "hi"));
        assert!(matches!(fields[2], (3, Value::Fixed)));
    }

    #[test]
    fn a_cut_names_its_byte() {
        let error =
            |bytes: &[u8]| Message::of_file(bytes).into_iter().find_map(Result::err).unwrap();
        assert_eq!(error(&[0x12, 0x02, b'h']).place(), &Place::Byte(2));
        assert_eq!(error(&[0x08, 0x01, 0x08, 0x80]).place(), &Place::Byte(3));
        assert_eq!(error(&[0x0b]).place(), &Place::Byte(0));
        assert_eq!(error(&[0x08; 1]).message(), "a number without its end");
        assert_eq!(error(&[0xff; 11]).message(), "a number without its end");
    }
}
