//! What the nouns have in common: ops, keys, and columns that must be equally long.

use memo_malloc::model::OpTag;
use memo_malloc::{Code, Key};
use serde::{Deserialize, Serialize};

use super::path;
use crate::Error;

/// Op tags, one array for each field.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct OpColumns {
    name: Vec<String>,
    place: Vec<String>,
    ordinal: Vec<u32>,
}

impl OpColumns {
    pub(super) fn of(ops: &[OpTag]) -> OpColumns {
        OpColumns {
            name: ops.iter().map(|op| op.name.clone()).collect(),
            place: ops.iter().map(|op| op.place.clone()).collect(),
            ordinal: ops.iter().map(|op| op.ordinal).collect(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.name.is_empty() && self.place.is_empty() && self.ordinal.is_empty()
    }

    pub(super) fn into_ops(self) -> Result<Vec<OpTag>, Error> {
        let count = self.name.len();
        same_length("ops.place", self.place.len(), "ops.name", count)?;
        same_length("ops.ordinal", self.ordinal.len(), "ops.name", count)?;
        let fields = self.name.into_iter().zip(self.place).zip(self.ordinal);
        Ok(fields.map(|((name, place), ordinal)| OpTag { name, place, ordinal }).collect())
    }
}

/// A [`Key`] field by field.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct KeyFields {
    model: String,
    inputs: Vec<String>,
    threads: u32,
    runtime: String,
    cpu: String,
}

impl KeyFields {
    pub(super) fn of(key: &Key) -> KeyFields {
        let Key { model, inputs, threads, runtime, cpu } = key.clone();
        KeyFields { model, inputs, threads, runtime, cpu }
    }

    pub(super) fn into_key(self) -> Key {
        let KeyFields { model, inputs, threads, runtime, cpu } = self;
        Key { model, inputs, threads, runtime, cpu }
    }
}

/// Two columns of one table have one length.
pub(super) fn same_length(
    column: &str,
    length: usize,
    other: &str,
    expected: usize,
) -> Result<(), Error> {
    if length == expected {
        return Ok(());
    }
    let message = format!("{length} values, but {other} has {expected}");
    Err(Error::new(Code::Malformed, message)
        .at(path(column))
        .fix_by("give every column of a table one value for each row"))
}

/// As [`same_length`] for a column that is left out where every value is the usual one.
pub(super) fn optional_length(
    column: &str,
    length: usize,
    other: &str,
    expected: usize,
) -> Result<(), Error> {
    if length == 0 { Ok(()) } else { same_length(column, length, other, expected) }
}
