//! One buffer a line: MiniMalloc's CSV, read tolerantly and written strictly.
//!
//! Read: columns in any order under several names (see [`header`]), spaces, comments from `#`,
//! blank lines, a byte order mark and any line ends. Written: `id,lower,upper,size`, `alignment`
//! where one is not 1, `offset` in a plan, and nothing else.

mod header;
mod read;
mod write;

pub(crate) use read::read;
pub(crate) use write::write;
