//! Reads a problem, or a plan when every buffer has an offset.

use std::collections::BTreeMap;
use std::io::{Chain, Read as _};

use csv::{ReaderBuilder, StringRecord, Trim};
use memo_malloc::analysis::lower_bound;
use memo_malloc::{Buffer, BufferIdx, Bytes, Code, Lifetime, Plan, Problem, Step};

use super::header::Header;
use crate::error::shown;
use crate::{Document, Endpoints, Error, PlanDocument, Read, Warning};

/// The rows of a file, column by column.
#[derive(Debug, Default)]
struct Rows {
    buffers: Vec<Buffer>,
    ids: Vec<String>,
    offsets: Vec<Option<Bytes>>,
    /// Of buffers with gaps.
    intervals: Vec<(BufferIdx, Lifetime)>,
    /// Where each buffer stands, for messages.
    lines: Vec<u64>,
}

/// Read after the text: a comment, unless a quoted field was left open. No text holds a zero byte.
const AFTER: &[u8] = b"\n#\0\n";

type Reader<'a> = csv::Reader<Chain<&'a [u8], &'static [u8]>>;

pub(crate) fn read(text: &[u8], endpoints: Option<Endpoints>) -> Result<Read, Error> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(Trim::All)
        .from_reader(text.chain(AFTER));
    let mut record = StringRecord::new();
    if !reader.read_record(&mut record).map_err(|error| broken(&error))? {
        return Err(Error::new(Code::Malformed, "the file holds nothing but comments"));
    }
    let mut lines = Lines { text, counted: 0, line: 1 };
    let header_line = lines.of_record(&reader);
    every_quote_ends(&record, header_line)?;
    let header = Header::parse(&record, header_line, endpoints)?;
    let mut rows = Rows::default();
    while reader.read_record(&mut record).map_err(|error| broken(&error))? {
        let row = Row { header: &header, record: &record, line: lines.of_record(&reader) };
        every_quote_ends(&record, row.line)?;
        rows.push(&row)?;
    }
    let mut warnings = header.warnings(header_line);
    warnings.extend(rows.repeated_id());
    Ok(Read::new(rows.document(&header)?, warnings))
}

/// Counts lines up to the end of the record just read. The reader itself counts a record's line
/// from before the comments and blank lines above it.
struct Lines<'a> {
    text: &'a [u8],
    counted: usize,
    line: u64,
}

impl Lines<'_> {
    fn of_record(&mut self, reader: &Reader) -> u64 {
        let after = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        // The record's own line end, of one byte or two, is not to be counted.
        let end = after.min(self.text.len()).saturating_sub(1).max(self.counted);
        let pieces = self.text[self.counted..end].split(|&byte| byte == b'\n');
        self.line += pieces.count() as u64 - 1;
        self.counted = end;
        self.line
    }
}

/// A field whose closing quote is missing swallows all that follows, other buffers included.
fn every_quote_ends(record: &StringRecord, line: u64) -> Result<(), Error> {
    let last = record.iter().next_back().unwrap_or_default();
    let Some(open) = last.strip_suffix('\0') else { return Ok(()) };
    let open = open.strip_suffix("\n#").unwrap_or_default().as_bytes();
    // The last byte is left out, as it is of the line at hand.
    let before_last = &open[..open.len().saturating_sub(1)];
    let swallowed = before_last.split(|&byte| byte == b'\n').count() as u64 - 1;
    Err(Error::new(Code::Malformed, "a quoted field has no closing quote")
        .at_line(line - swallowed, Some(record.len() as u64))
        .fix_by("close the quote; a quote within a quoted field is written twice"))
}

fn broken(error: &csv::Error) -> Error {
    let line = error.position().map_or(1, csv::Position::line);
    Error::new(Code::Malformed, error.to_string()).at_line(line, None)
}

impl Rows {
    fn push(&mut self, row: &Row) -> Result<(), Error> {
        row.has_all_fields()?;
        let buffer = row.buffer()?;
        if let Some(column) = row.header.gaps {
            self.push_intervals(row, column, buffer.lifetime)?;
        }
        self.buffers.push(buffer);
        self.offsets.push(row.optional(row.header.offset)?);
        self.lines.push(row.line);
        if let Some(id) = row.header.id {
            self.ids.push(row.record[id].to_owned());
        }
        Ok(())
    }

    /// The first id that names a second buffer. Nothing depends on ids but what people read.
    fn repeated_id(&self) -> Option<Warning> {
        let mut first_lines = BTreeMap::new();
        self.ids.iter().zip(&self.lines).find_map(|(id, &line)| {
            let first = first_lines.insert(id, line)?;
            let message = format!("the buffer of line {first} has the id `{}` too", shown(id));
            Some(Warning::new(line, message))
        })
    }

    /// The intervals between the gaps of the next buffer, if it has any.
    fn push_intervals(&mut self, row: &Row, gaps: usize, life: Lifetime) -> Result<(), Error> {
        // So many buffers are refused as a problem.
        let Ok(idx) = u32::try_from(self.buffers.len()).map(BufferIdx) else { return Ok(()) };
        let mut start = life.start;
        for gap in row.record[gaps].split_whitespace() {
            let gap = row.gap(gap, gaps)?;
            self.intervals.push((idx, Lifetime { start, end: gap.start }));
            start = gap.end;
        }
        if start > life.start {
            self.intervals.push((idx, Lifetime { start, end: life.end }));
        }
        Ok(())
    }

    /// A plan if every buffer has its offset, else a problem with those that are given as pins.
    fn document(mut self, header: &Header) -> Result<Document, Error> {
        let offsets: Option<Vec<Bytes>> = self.offsets.iter().copied().collect();
        let offsets = offsets.filter(|_| header.offset.is_some());
        if offsets.is_none() {
            for (buffer, pin) in self.buffers.iter_mut().zip(&self.offsets) {
                buffer.pin = *pin;
            }
        }
        let problem = self.problem()?;
        let Some(offsets) = offsets else { return Ok(Document::Problem(problem)) };
        let plan = bounded(&problem, offsets);
        let plan = PlanDocument::new(problem, plan).map_err(|error| self.locate(error))?;
        Ok(Document::Plan(plan))
    }

    fn problem(&mut self) -> Result<Problem, Error> {
        let buffers = std::mem::take(&mut self.buffers);
        let problem = Problem::new(buffers).map_err(|error| self.locate(error))?;
        let intervals = std::mem::take(&mut self.intervals);
        let problem = problem.with_intervals(intervals).map_err(|error| self.locate(error))?;
        let ids = std::mem::take(&mut self.ids);
        if ids.iter().enumerate().all(|(idx, id)| *id == idx.to_string()) {
            return Ok(problem);
        }
        Ok(problem.with_ids(ids)?)
    }

    fn locate(&self, error: memo_malloc::Error) -> Error {
        let line = error.buffer().and_then(|buffer| self.lines.get(buffer.usize()));
        match line {
            Some(&line) => Error::from(error).at_line(line, None),
            None => error.into(),
        }
    }
}

/// A CSV plan states neither its peak nor a bound; sums that overflow are left to the judge.
fn bounded(problem: &Problem, offsets: Vec<Bytes>) -> Plan {
    let tops = offsets.iter().zip(problem.buffers()).map(|(o, b)| o.saturating_add(b.size));
    let peak = tops.max().unwrap_or(0);
    let (lower_bound, certificate) = lower_bound(problem);
    Plan { offsets, peak, lower_bound, certificate }
}

/// One line of the file.
struct Row<'a> {
    header: &'a Header,
    record: &'a StringRecord,
    line: u64,
}

impl Row<'_> {
    fn has_all_fields(&self) -> Result<(), Error> {
        let (found, expected) = (self.record.len(), self.header.names.len());
        if found == expected {
            return Ok(());
        }
        let message = format!("a row of {found} under a header of {expected} fields");
        Err(Error::new(Code::Malformed, message)
            .at_line(self.line, None)
            .fix_by("give every row one field for each column; a file cut off must be made again"))
    }

    /// A gap such as `3-7`: steps 3 to 6, in which others may use the bytes.
    fn gap(&self, text: &str, column: usize) -> Result<Lifetime, Error> {
        let step = |text: &str| text.parse::<Step>().ok();
        let steps = text.split_once('-').and_then(|(start, end)| Some((step(start)?, step(end)?)));
        let (start, end) = steps.ok_or_else(|| {
            let found = format!("`{}` is no gap of steps, such as 3-7", shown(text));
            self.malformed(column, &found)
                .fix_by("leave `gaps` blank to reserve all bytes for the whole lifetime")
        })?;
        Ok(Lifetime { start, end })
    }

    fn buffer(&self) -> Result<Buffer, Error> {
        let (end, start) = (self.step(self.header.end)?, self.step(self.header.start)?);
        let lifetime = self.header.endpoints.lifetime(start, end);
        let beyond =
            || self.malformed(self.header.end, &format!("no step follows {}", start.max(end)));
        Ok(Buffer {
            size: self.number(self.header.size)?,
            alignment: self.optional(self.header.alignment)?.unwrap_or(1),
            lifetime: lifetime.ok_or_else(beyond)?,
            pin: None,
            op: None,
        })
    }

    fn step(&self, column: usize) -> Result<Step, Error> {
        let number = self.number(column)?;
        Step::try_from(number).map_err(|_| {
            self.malformed(column, &format!("step {number} is beyond {}", Step::MAX))
                .fix_by("number the steps from 0 in the order of events")
        })
    }

    fn optional(&self, column: Option<usize>) -> Result<Option<Bytes>, Error> {
        match column {
            Some(column) if !self.record[column].is_empty() => self.number(column).map(Some),
            _ => Ok(None),
        }
    }

    fn number(&self, column: usize) -> Result<u64, Error> {
        let text = &self.record[column];
        text.parse().map_err(|_| {
            let is_step = column == self.header.start || column == self.header.end;
            self.malformed(column, &what_is_wrong(text, is_step))
        })
    }

    fn malformed(&self, column: usize, found: &str) -> Error {
        let name = &self.header.names[column];
        Error::new(Code::Malformed, format!("{name}: {found}"))
            .at_line(self.line, Some(column as u64 + 1))
    }
}

/// Why a field is no whole number from 0 to 2^64 - 1.
fn what_is_wrong(text: &str, is_step: bool) -> String {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let clock = is_step
        && text.bytes().filter(u8::is_ascii_digit).count() > 1
        && text.contains([' ', ';', ',', '|', ':', '(', '[']);
    let found = shown(text);
    if text.is_empty() {
        "a number is missing".to_owned()
    } else if text.strip_prefix('-').is_some_and(digits) {
        format!("`{found}` is negative")
    } else if digits(text) {
        format!("`{found}` is beyond 2^64 - 1")
    } else if clock {
        format!(
            "`{found}` looks like a vector clock; steps must be in one order, so linearise them"
        )
    } else if text.parse::<f64>().is_ok() {
        format!("`{found}` is not a whole number in plain digits")
    } else {
        format!("`{found}` is not a number")
    }
}
