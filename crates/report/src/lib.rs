//! Pictures of memory plans.
//!
//! * [`svg()`] and [`svg_tiers()`]: one self-contained file for a browser or a document.
//! * [`terminal()`]: a map and the load, for a terminal or a log.
//! * [`units`]: how numbers are written, everywhere.

mod curve;
mod groups;
mod svg;
mod terminal;
pub mod units;

pub use svg::{svg, svg_tiers};
pub use terminal::{Screen, terminal};
