//! Readers and writers of traces, problems and plans.
//!
//! [`read`] finds the format by the content, so a file may have any name; [`write()`] chooses it by
//! the name. Every plan read is judged before it is handed out. `docs/formats.md` is the reference.
//!
//! ```no_run
//! # fn main() -> Result<(), memo_formats::Error> {
//! use memo_formats::{Document, Overwrite, read, write};
//! let Document::Problem(problem) = read("buffers.csv")? else { return Ok(()) };
//! write("buffers.json.gz", &Document::Problem(problem), Overwrite::Refuse)?;
//! # Ok(())
//! # }
//! ```

mod atomic;
mod blocks;
mod chrome;
mod constants;
mod counters;
mod csv;
mod document;
mod error;
mod format;
mod graph;
mod hlo;
mod input;
mod json;
mod onnx;
mod options;
mod output;
mod snapshot;
pub mod tflite;
mod wire;

pub use document::{Document, PlanDocument, TieredPlanDocument};
pub use error::{Error, Place};
pub use format::Format;
pub use graph::{Graph, Layout, Node, Tensor, TensorIdx};
pub use input::{
    INPUT_BYTES_MAX, Read, Warning, read, read_bytes, read_model, read_raw, read_with,
};
pub use options::{Endpoints, Options};
pub use output::{
    Overwrite, may_write, may_write_text, stem, to_bytes, write, write_as, write_text,
};
