//! Columns of a caller, read into a problem and written from one.

use memo_edge::{Failure, exact, not_exact};
use memo_malloc::{Buffer, Bytes, Code, Problem};

pub(crate) use memo_edge::{column, column_mut, integer, optional_column, to_double};

use crate::copied::Copied;

/// What an exported function takes for the columns of a problem.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Addresses {
    pub(crate) count: u32,
    pub(crate) sizes: *const f64,
    pub(crate) starts: *const u32,
    pub(crate) ends: *const u32,
    /// NULL: 1 for every buffer.
    pub(crate) alignments: *const f64,
    /// NULL: no pins. NaN: this buffer has none.
    pub(crate) pins: *const f64,
}

impl Addresses {
    /// # Safety
    /// Each column is NULL or has `count` elements that nobody writes for `'a`.
    pub(crate) unsafe fn columns<'a>(self) -> Result<Columns<'a>, Failure> {
        let Addresses { count, .. } = self;
        Ok(Columns {
            // SAFETY: the caller's promise.
            sizes: unsafe { column("sizes", self.sizes, count) }?,
            // SAFETY: the caller's promise.
            starts: unsafe { column("starts", self.starts, count) }?,
            // SAFETY: the caller's promise.
            ends: unsafe { column("ends", self.ends, count) }?,
            // SAFETY: the caller's promise.
            alignments: unsafe { optional_column("alignments", self.alignments, count) }?,
            // SAFETY: the caller's promise.
            pins: unsafe { optional_column("pins", self.pins, count) }?,
        })
    }
}

/// The columns of a problem, not checked: each has an element for every buffer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns<'a> {
    sizes: &'a [f64],
    starts: &'a [u32],
    ends: &'a [u32],
    alignments: Option<&'a [f64]>,
    pins: Option<&'a [f64]>,
}

/// The same, whatever happens to the caller's.
#[derive(Debug)]
pub(crate) struct CopiedColumns {
    sizes: Copied<f64>,
    starts: Copied<u32>,
    ends: Copied<u32>,
    alignments: Option<Copied<f64>>,
    pins: Option<Copied<f64>>,
}

impl CopiedColumns {
    pub(crate) fn lent(&self) -> Columns<'_> {
        Columns {
            sizes: &self.sizes,
            starts: &self.starts,
            ends: &self.ends,
            alignments: self.alignments.as_deref(),
            pins: self.pins.as_deref(),
        }
    }
}

impl Columns<'_> {
    pub(crate) fn copied(self) -> CopiedColumns {
        CopiedColumns {
            sizes: Copied::of(self.sizes),
            starts: Copied::of(self.starts),
            ends: Copied::of(self.ends),
            alignments: self.alignments.map(Copied::of),
            pins: self.pins.map(Copied::of),
        }
    }

    /// The problem in these columns, every alignment raised to a common multiple with `align`.
    pub(crate) fn problem(self, align: f64, capacity: f64) -> Result<Problem, Failure> {
        let Columns { sizes, starts, ends, alignments, pins } = self;
        let mut buffers = Vec::with_capacity(sizes.len());
        for (idx, &size) in sizes.iter().enumerate() {
            let bytes = |field, value| whole("buffer", idx, field, value);
            let mut buffer = Buffer::new(bytes("size", size)?, starts[idx], ends[idx]);
            if let Some(alignments) = alignments {
                buffer.alignment = bytes("alignment", alignments[idx])?;
            }
            if let Some(pin) = pins.map(|pins| pins[idx]).filter(|pin| !pin.is_nan()) {
                buffer.pin = Some(bytes("pin", pin)?);
            }
            buffers.push(buffer);
        }
        let problem = Problem::new(buffers)?.with_capacity(capacity_of(capacity)?);
        let align = integer("align", align)?;
        Ok(if align == 1 { problem } else { problem.with_alignment(align)? })
    }
}

/// The whole number that one of such things has.
fn whole(thing: &str, idx: usize, field: &str, value: f64) -> Result<u64, Failure> {
    // The name is put together only when it is needed: this runs for every number of a problem.
    exact(value).ok_or_else(|| not_exact(&format!("{thing} {idx}: {field}"), value))
}

pub(crate) fn capacity_of(capacity: f64) -> Result<Option<Bytes>, Failure> {
    if capacity == f64::INFINITY { Ok(None) } else { integer("capacity", capacity).map(Some) }
}

/// INFINITY where there is no limit.
pub(crate) fn capacity_to(capacity: Option<Bytes>) -> Result<f64, Failure> {
    capacity.map_or(Ok(f64::INFINITY), |bytes| to_double("capacity", bytes))
}

/// The whole numbers in a column, of each of such things one.
pub(crate) fn integers(thing: &str, field: &str, column: &[f64]) -> Result<Vec<u64>, Failure> {
    column.iter().enumerate().map(|(idx, &value)| whole(thing, idx, field, value)).collect()
}

/// Writes numbers of bytes to a column.
pub(crate) fn put_bytes(
    field: &str,
    to: &mut [f64],
    bytes: impl IntoIterator<Item = Bytes>,
) -> Result<(), Failure> {
    to.iter_mut().zip(bytes).try_for_each(|(to, bytes)| {
        *to = to_double(field, bytes)?;
        Ok(())
    })
}

/// The lists that lie one after the other in a column, by where each ends; `None` for one that does
/// not lie there.
pub(crate) fn lists<'a, T>(
    column: &'a [T],
    ends: &'a [u32],
) -> impl Iterator<Item = Option<&'a [T]>> {
    let mut start = 0;
    ends.iter().map(move |&end| {
        let list = column.get(start..end as usize);
        start = end as usize;
        list
    })
}

/// Writes lists one after the other, and where each ends, for which there must be room.
pub(crate) fn put_lists<'a, T: Copy + 'a>(
    lists: impl Iterator<Item = &'a [T]>,
    to: &mut [T],
    ends: &mut [u32],
) -> Result<(), Failure> {
    let mut end = 0;
    for (list, to_end) in lists.zip(ends) {
        let room = to.get_mut(end..end + list.len());
        let full = || Failure::new(Code::Internal, "there is no room for all lists");
        room.ok_or_else(full)?.copy_from_slice(list);
        end += list.len();
        *to_end = count_of(end)?;
    }
    Ok(())
}

pub(crate) fn count_of(count: usize) -> Result<u32, Failure> {
    u32::try_from(count)
        .map_err(|_| Failure::bad_argument(format!("{count} is more than 2^32 − 1")))
}

/// A caller must have the room that `memo_problem_size` tells.
pub(crate) fn same_count(name: &str, given: u32, found: usize) -> Result<(), Failure> {
    if given as usize == found {
        return Ok(());
    }
    Err(Failure::bad_argument(format!(
        "{name} is {given}, but the problem has {found}; ask memo_problem_size first"
    )))
}
