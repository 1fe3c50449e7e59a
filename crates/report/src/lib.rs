//! Pictures of memory plans.
//!
//! * [`svg()`] and [`svg_tiers()`]: one self-contained file for a browser or a document.
//! * [`html()`]: one self-contained file to look through in a browser, for any number of buffers.
//! * [`terminal()`]: a map and the load, for a terminal or a log.
//! * [`units`]: how numbers are written, everywhere.

mod curve;
mod escape;
mod groups;
mod html;
mod svg;
mod terminal;
pub mod units;

pub use html::{Names, Pane, html};
pub use svg::{svg, svg_tiers};
pub use terminal::{Screen, terminal};
