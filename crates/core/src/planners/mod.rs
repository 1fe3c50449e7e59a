//! From a problem to a plan.
//!
//! | planner | idea | cost |
//! | --- | --- | --- |
//! | `auto` | the best of the others but `ilp`, stopping at the lower bound | theirs |
//! | `greedy_by_…` | first fit in the order of size, area, duration or start | ~ n log² n |
//! | `best_fit` | smallest hole that fits, largest first | ~ n log² n, and every hole |
//! | `skyline` | fill the lowest place of the skyline, a few fixed ways | n log n |
//! | `skyline_restarts` | the same in random ways until a limit | n log n each |
//! | `sweep` | small holes beside what ends together, from the peak outwards | n log n |
//! | `windows` | a sweep, then sweeps and skylines where its plan is highest | n log n, and its budget |
//! | `lns` | eject what sticks out of a lower peak, put it back | k log k a move, until a limit |
//! | `exact` | exact: branch and bound over a skyline | exponential; stops at a limit |
//! | `ilp` | exact: an integer linear program | exponential; stops at a limit |
//!
//! All of them take problems with ties, and `plan_tiered` spreads a problem over several arenas.
//!
//! A planner imports [`analysis`](crate::analysis), the nouns and the fitting shared here, never
//! another planner; only the portfolios do: `auto`, and `windows`, which makes one of two.

mod auto;
mod best_fit;
mod exact;
mod fit;
mod greedy;
#[cfg(any(feature = "ilp", feature = "highs"))]
mod ilp;
mod lns;
mod order;
mod race;
mod random;
mod ranges;
mod sections;
mod skyline;
mod sweep;
mod taken;
mod tied;
mod tiers;
mod unit;
mod windows;

pub use auto::Auto;
pub use best_fit::BestFit;
pub use exact::{Exact, Rules};
pub use greedy::Greedy;
#[cfg(any(feature = "ilp", feature = "highs"))]
pub use ilp::Ilp;
pub use lns::Lns;
pub use skyline::Skyline;
pub use sweep::{Stream, Sweep};
pub use tiers::{lower_bound_tiered, plan_tiered};
pub use windows::Windows;

use crate::limits::Limits;
use crate::model::{Error, Outcome, Problem};

/// A way to place the buffers of a problem.
pub trait Planner: Sync {
    /// The name used on the command line, in files and at language edges.
    fn name(&self) -> &'static str;

    /// Plans within the limits: a plan, a proof that there is none, or the best so far. The same
    /// problem gets the same plan, unless a limit was reached.
    ///
    /// # Errors
    /// When the planner cannot take the problem at all, for example because it is too large.
    fn plan(&self, problem: &Problem, limits: &Limits) -> Result<Outcome, Error>;
}

/// Refuses a problem of more buffers than a planner takes.
fn at_most(max: usize, planner: &'static str, problem: &Problem) -> Result<(), Error> {
    if problem.len() > max { Err(too_big(max, planner, problem)) } else { Ok(()) }
}

fn too_big(max: usize, planner: &'static str, problem: &Problem) -> Error {
    Error::TooBigForPlanner { planner, count: problem.len(), max }
}

/// Every planner, the default first.
pub const ALL: &[&dyn Planner] = &[
    &Auto,
    &Greedy::BySize,
    &Greedy::ByArea,
    &Greedy::ByDuration,
    &Greedy::ByStart,
    &BestFit,
    &Skyline::Passes,
    &Skyline::Restarts,
    &Windows,
    &Sweep,
    &Lns,
    &Exact { rules: Rules::ALL },
    #[cfg(any(feature = "ilp", feature = "highs"))]
    &Ilp,
];

/// Plans with the default planner, [`Auto`].
///
/// # Errors
/// As [`Planner::plan`].
pub fn plan(problem: &Problem, limits: &Limits) -> Result<Outcome, Error> {
    Auto.plan(problem, limits)
}

/// The planner of this name.
///
/// # Errors
/// [`Error::UnknownPlanner`], with the names there are.
pub fn by_name(name: &str) -> Result<&'static dyn Planner, Error> {
    ALL.iter().copied().find(|planner| planner.name() == name).ok_or_else(|| {
        let known: Vec<&str> = ALL.iter().map(|planner| planner.name()).collect();
        Error::UnknownPlanner { name: name.to_owned(), known: known.join(", ") }
    })
}
