//! What the C ABIs share: a failure becomes a number and a text, a panic becomes a failure, and what
//! a library keeps is named by ids.

mod columns;
mod failure;
#[cfg(test)]
#[path = "../tests/forked/mod.rs"]
mod forked;
mod handles;
mod numbers;
mod text;

pub use columns::{column, column_mut, optional_column};
pub use failure::{Failure, entry, last_error};
pub use handles::Handles;
pub use numbers::{exact, integer, not_exact, rounded, to_double};
pub use text::{code_name, copy_text, text};
