//! `memo plan MODEL.tflite -o OUT.tflite`: the model with the offsets of its tensors in it.

use std::path::Path;

use memo_formats::{Document, may_write_text, read_raw, tflite, write_text};
use memo_malloc::Code;

use super::Args;
use crate::failure::Failure;

/// Whether a model is to be written.
pub(super) fn is_model(output: &Path) -> bool {
    output.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("tflite"))
}

impl Args {
    /// Finds out before the work whether a model can be made of IN, and written.
    pub(super) fn model_is_usable(&self, output: &Path) -> Result<(), Failure> {
        if self.input == Path::new("-") {
            let message = "the model is read twice, which standard input cannot be";
            return Err(Failure::new(Code::Io, message).fix_by("name the file of the model"));
        }
        Ok(may_write_text(output, self.overwrite())?)
    }

    /// Writes the model that IN is, with the offsets of the plan.
    pub(super) fn put_model(&self, output: &Path, document: &Document) -> Result<(), Failure> {
        let Document::Plan(plan) = document else {
            let message = format!("a {} has no place in a model", document.noun());
            return Err(Failure::new(Code::WrongNoun, message).fix_by("end the name in .json"));
        };
        let model = read_raw(&self.input)?;
        let planned = tflite::with_offsets(&model, &plan.plan().offsets)
            .map_err(|error| error.in_file(self.input.to_string_lossy()))?;
        Ok(write_text(output, &planned, self.overwrite())?)
    }
}
