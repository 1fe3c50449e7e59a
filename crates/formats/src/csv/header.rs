//! What the columns of a CSV file mean.

use csv::StringRecord;
use memo_malloc::Code;

use crate::error::shown;
use crate::{Endpoints, Error, Warning};

/// Where the fields of a row are.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) names: Vec<String>,
    pub(super) id: Option<usize>,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) endpoints: Endpoints,
    pub(super) size: usize,
    pub(super) alignment: Option<usize>,
    pub(super) gaps: Option<usize>,
    pub(super) offset: Option<usize>,
}

/// The names of each column; the first is the one that is written.
const ID: &[&str] = &["id", "buffer", "buffer_id", "name"];
const START: &[&str] = &["lower", "start", "begin"];
const END: &[&str] = &["upper", "end"];
const SIZE: &[&str] = &["size", "bytes"];
const ALIGNMENT: &[&str] = &["alignment", "align"];
const GAPS: &[&str] = &["gaps"];
const OFFSET: &[&str] = &["offset"];
/// What omnimalloc uses a buffer for: of no consequence for its place.
const KIND: &[&str] = &["kind"];

const KNOWN: &[&[&str]] = &[ID, START, END, SIZE, ALIGNMENT, GAPS, OFFSET, KIND];

/// So many unknown columns are named.
const NAMED_MAX: usize = 5;

impl Header {
    /// Understands the first record of a file. Unless told, a column named `end` holds the last step
    /// in which the buffer is live.
    pub(super) fn parse(
        record: &StringRecord,
        line: u64,
        endpoints: Option<Endpoints>,
    ) -> Result<Header, Error> {
        let names: Vec<String> = record.iter().map(str::to_lowercase).collect();
        if names.iter().all(|name| name.parse::<f64>().is_ok()) {
            return Err(malformed(line, "the first row holds numbers, no column names")
                .fix_by("begin the file with a row such as `id,lower,upper,size`"));
        }
        if !names.iter().any(|name| is_known(name)) && names.len() > 1 {
            return Err(malformed(line, "the first row holds none of the known column names")
                .fix_by("begin the file with a row such as `id,lower,upper,size`"));
        }
        if let [all] = &*names
            && let Some(found) = all.chars().find(|letter| [';', '\t', '|'].contains(letter))
        {
            return Err(malformed(line, &format!("fields are separated by {found:?}"))
                .fix_by("separate the fields by commas"));
        }
        let optional = |known| find(&names, known, line);
        let required = |known: &[&str], what| {
            find(&names, known, line)?.ok_or_else(|| missing(line, known, what))
        };
        let end = required(END, "the end of the lifetimes")?;
        Ok(Header {
            id: optional(ID)?,
            start: required(START, "the start of the lifetimes")?,
            end,
            endpoints: endpoints
                .unwrap_or(Endpoints { start_included: true, end_included: names[end] == "end" }),
            size: required(SIZE, "the sizes")?,
            alignment: optional(ALIGNMENT)?,
            gaps: optional(GAPS)?,
            offset: optional(OFFSET)?,
            names,
        })
    }

    /// A warning for each column nobody knows, up to so many that they are still read.
    pub(super) fn warnings(&self, line: u64) -> Vec<Warning> {
        let mut unknown = self.names.iter().filter(|name| !is_known(name));
        let named = unknown.by_ref().take(NAMED_MAX).map(|name| {
            Warning::new(line, format!("column `{}` is unknown and passed over", shown(name)))
        });
        let mut warnings: Vec<Warning> = named.collect();
        let more = unknown.count();
        if more > 0 {
            warnings.push(Warning::new(line, format!("so are {more} more columns")));
        }
        warnings
    }
}

fn is_known(name: &str) -> bool {
    KNOWN.iter().any(|names| names.contains(&name))
}

/// The one column with one of these names.
fn find(names: &[String], known: &[&str], line: u64) -> Result<Option<usize>, Error> {
    let mut found = (0..names.len()).filter(|&idx| known.contains(&names[idx].as_str()));
    match (found.next(), found.next()) {
        (Some(first), Some(second)) => {
            let (first, second) = (&names[first], &names[second]);
            let message = format!("columns `{first}` and `{second}` say the same twice");
            Err(malformed(line, &message).fix_by("remove one of the two columns"))
        }
        (found, _) => Ok(found),
    }
}

fn missing(line: u64, known: &[&str], what: &str) -> Error {
    let fix = format!("name the column of {what} `{}`", known[0]);
    malformed(line, &format!("no column holds {what} ({})", known.join(", "))).fix_by(fix)
}

fn malformed(line: u64, message: &str) -> Error {
    Error::new(Code::Malformed, message).at_line(line, None)
}
