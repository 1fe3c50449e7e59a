//! The tables of a FlatBuffer, checked as they are read.
//!
//! ```text
//! table:  i32 back to its vtable, then its fields;  vtable: u16 bytes, u16 bytes of the table, u16 per field
//! vector: u32 count, then the elements;             a table or vector in a field: u32 forward to it
//! ```
//! A verifier would walk the whole file before the first question; here each access checks what it
//! touches, and an error names the byte.

use memo_malloc::Code;

use crate::{Error, Place};

/// A table, and the file it is in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Elements of four bytes each: numbers, or the way to tables.
#[derive(Debug, Clone, Copy)]
pub(super) struct Vector<'a> {
    bytes: &'a [u8],
    first: usize,
    count: usize,
}

fn broken(at: usize, message: &str) -> Error {
    Error::new(Code::Malformed, message).at(Place::Byte(at as u64))
}

fn fixed<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], Error> {
    let found = bytes.get(at..).and_then(|rest| rest.first_chunk());
    found.copied().ok_or_else(|| broken(at, "the file ends before this number"))
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32, Error> {
    fixed(bytes, at).map(u32::from_le_bytes)
}

/// Where the offset that stands here leads.
fn forward(bytes: &[u8], at: usize) -> Result<usize, Error> {
    let target = at.saturating_add(u32_at(bytes, at)? as usize);
    if target < bytes.len() { Ok(target) } else { Err(broken(at, "an offset out of the file")) }
}

impl<'a> Table<'a> {
    pub(super) fn root(bytes: &'a [u8]) -> Result<Table<'a>, Error> {
        Ok(Table { bytes, at: forward(bytes, 0)? })
    }

    pub(super) fn broken(self, message: &str) -> Error {
        broken(self.at, message)
    }

    /// Where a field stands, if the table has it.
    pub(super) fn field(self, number: usize) -> Result<Option<usize>, Error> {
        let back = i32::from_le_bytes(fixed(self.bytes, self.at)?);
        let vtable = isize::try_from(-i64::from(back)).ok();
        let vtable = vtable
            .and_then(|distance| self.at.checked_add_signed(distance))
            .ok_or_else(|| self.broken("a table whose layout lies before the file"))?;
        let entry = 4 + 2 * number;
        if entry + 2 > usize::from(u16::from_le_bytes(fixed(self.bytes, vtable)?)) {
            return Ok(None);
        }
        let field = usize::from(u16::from_le_bytes(fixed(self.bytes, vtable + entry)?));
        Ok(if field == 0 { None } else { Some(self.at + field) })
    }

    pub(super) fn byte(self, number: usize) -> Result<u8, Error> {
        let Some(at) = self.field(number)? else { return Ok(0) };
        fixed(self.bytes, at).map(|[byte]| byte)
    }

    pub(super) fn u32(self, number: usize) -> Result<u32, Error> {
        let Some(at) = self.field(number)? else { return Ok(0) };
        u32_at(self.bytes, at)
    }

    pub(super) fn u64(self, number: usize) -> Result<u64, Error> {
        let Some(at) = self.field(number)? else { return Ok(0) };
        fixed(self.bytes, at).map(u64::from_le_bytes)
    }

    pub(super) fn table(self, number: usize) -> Result<Option<Table<'a>>, Error> {
        let Some(at) = self.field(number)? else { return Ok(None) };
        Ok(Some(Table { bytes: self.bytes, at: forward(self.bytes, at)? }))
    }

    /// Where a vector begins with its count, if the table has it.
    pub(super) fn position(self, number: usize) -> Result<Option<usize>, Error> {
        self.field(number)?.map(|at| forward(self.bytes, at)).transpose()
    }

    /// The elements of a vector; none if the table has it not.
    pub(super) fn vector(self, number: usize) -> Result<Vector<'a>, Error> {
        let bytes = self.bytes;
        let Some(at) = self.position(number)? else {
            return Ok(Vector { bytes, first: 0, count: 0 });
        };
        let (first, count) = (at + 4, u32_at(bytes, at)? as usize);
        if count > (bytes.len() - at) / 4 {
            return Err(broken(at, "a vector that is longer than the file"));
        }
        Ok(Vector { bytes, first, count })
    }

    /// The bytes of a vector of bytes.
    pub(super) fn slice(self, number: usize) -> Result<&'a [u8], Error> {
        let Some(at) = self.position(number)? else { return Ok(&[]) };
        let end = (at + 4).saturating_add(u32_at(self.bytes, at)? as usize);
        let slice = self.bytes.get(at + 4..end);
        slice.ok_or_else(|| broken(at, "a vector that is longer than the file"))
    }

    pub(super) fn text(self, number: usize) -> Result<&'a str, Error> {
        std::str::from_utf8(self.slice(number)?)
            .map_err(|_| self.broken("a name that is not UTF-8"))
    }
}

impl<'a> Vector<'a> {
    pub(super) fn len(self) -> usize {
        self.count
    }

    pub(super) fn numbers(self) -> impl Iterator<Item = Result<i32, Error>> + 'a {
        (0..self.count)
            .map(move |idx| fixed(self.bytes, self.first + 4 * idx).map(i32::from_le_bytes))
    }

    /// Where each element leads.
    pub(super) fn targets(self) -> impl Iterator<Item = Result<usize, Error>> + 'a {
        (0..self.count).map(move |idx| forward(self.bytes, self.first + 4 * idx))
    }

    pub(super) fn tables(self) -> impl Iterator<Item = Result<Table<'a>, Error>> + 'a {
        self.targets().map(move |at| Ok(Table { bytes: self.bytes, at: at? }))
    }
}
