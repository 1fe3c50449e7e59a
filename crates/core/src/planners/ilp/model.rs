//! The integer linear program, in units.
//!
//! ```text
//! minimise M, least ≤ M ≤ limit
//! for each buffer i:          o_i + t_i ≤ M,   o_i = a_i · k_i with k_i integer where a_i > 1
//! for each conflict i < j:    o_i + s_i ≤ o_j + limit · (1 − y_ij)      y_ij = 1: i lies below j
//!                             o_j + s_j ≤ o_i + limit · y_ij
//! ```
//! `t` is the size, `s` the size in whole units, which is all the same to others. Of two buffers
//! that differ in nothing but their index, the first may always lie below.

use good_lp::solvers::SolutionStatus;
use good_lp::{
    Expression, ProblemVariables, ResolutionError, Solution, SolverModel, Variable, WithMipGap,
    WithTimeLimit, variable,
};

use super::units::Unit;
use crate::limits::Limits;
use crate::model::{Buffer, BufferIdx, Bytes, Error, Lifetime, Problem};

#[cfg(feature = "highs")]
use good_lp::highs as solver;
#[cfg(not(feature = "highs"))]
use good_lp::microlp as solver;

/// A buffer in units. Buffers without bytes are no part of a model.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Block {
    /// Whole units that no other may use.
    size: u32,
    /// What it adds to its offset to reach the peak.
    top: f64,
    alignment: u32,
    pin: Option<u32>,
    lifetime: Lifetime,
}

/// A problem in units.
#[derive(Debug, Clone)]
pub(super) struct Model {
    blocks: Vec<Block>,
    /// The peaks of interest.
    peaks: (f64, f64),
    /// No offset of interest reaches this.
    limit: u32,
}

/// What a solver found.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    /// Offsets in units, one for each buffer with bytes; and their peak, if it is the optimum.
    Placed { offsets: Vec<f64>, optimum: Option<f64> },
    /// No plan has a peak up to the limit.
    Nothing,
    /// The time was up.
    Stopped,
    /// The solver could not do it.
    Failed(String),
}

impl Model {
    /// The model of a problem with peaks from `least` to `limit` bytes.
    pub(super) fn new(
        problem: &Problem,
        unit: Unit,
        (least, limit): (Bytes, Bytes),
    ) -> Result<Model, Error> {
        let block = |(_, b): (BufferIdx, &Buffer)| {
            Ok(Block {
                size: unit.count(b.size)?,
                top: unit.exactly(b.size),
                alignment: unit.alignment(b)?,
                pin: b.pin.map(|pin| unit.count(pin)).transpose()?,
                lifetime: b.lifetime,
            })
        };
        Ok(Model {
            blocks: sized(problem).map(block).collect::<Result<_, Error>>()?,
            limit: unit.count(limit)?,
            peaks: (unit.exactly(least), unit.exactly(limit)),
        })
    }

    /// Runs the solver to its end or to the limits' time. It cannot be cancelled.
    pub(super) fn solve(&self, limits: &Limits) -> Answer {
        let mut variables = ProblemVariables::new();
        let peak = variables.add(variable().clamp(self.peaks.0, self.peaks.1));
        let offsets: Vec<Expression> =
            self.blocks.iter().map(|block| self.offset(block, &mut variables)).collect();
        let below = self.pairs(&mut variables);
        let deadline = limits.start();
        let mut model = variables.minimise(peak).using(solver);
        for (block, offset) in self.blocks.iter().zip(&offsets) {
            model.add_constraint((offset.clone() + block.top).leq(peak));
        }
        for (i, j, i_is_below) in below {
            for constraint in self.apart(&offsets, (i, j), i_is_below) {
                model.add_constraint(constraint);
            }
        }
        let model = match model.with_mip_gap(0.0) {
            Ok(model) => model,
            Err(error) => return Answer::Failed(error.to_string()),
        };
        let solved = match deadline.remaining() {
            Some(time) => model.with_time_limit(time.as_secs_f64()).solve(),
            None => model.solve(),
        };
        match solved {
            Ok(solution) => answer(&solution, peak, &offsets),
            Err(ResolutionError::Infeasible) => Answer::Nothing,
            Err(_) if deadline.reached().is_some() => Answer::Stopped,
            Err(error) => Answer::Failed(error.to_string()),
        }
    }

    fn offset(&self, block: &Block, variables: &mut ProblemVariables) -> Expression {
        let room = self.limit.saturating_sub(block.size);
        match *block {
            Block { pin: Some(pin), .. } => Expression::from(f64::from(pin)),
            Block { alignment: 1, .. } => variables.add(variable().clamp(0, room)).into(),
            Block { alignment, .. } => {
                let count = variables.add(variable().integer().clamp(0, room / alignment));
                f64::from(alignment) * count
            }
        }
    }

    /// For each conflict whether the first lies below the second: a binary variable, or 1 of twins.
    fn pairs(&self, variables: &mut ProblemVariables) -> Vec<(usize, usize, Expression)> {
        let mut pairs = Vec::new();
        for (j, second) in self.blocks.iter().enumerate() {
            for (i, first) in self.blocks[..j].iter().enumerate() {
                if !first.lifetime.overlaps(second.lifetime) {
                    continue;
                }
                let is_below = if first == second {
                    Expression::from(1.0)
                } else {
                    variables.add(variable().binary()).into()
                };
                pairs.push((i, j, is_below));
            }
        }
        pairs
    }

    fn apart(
        &self,
        offsets: &[Expression],
        (i, j): (usize, usize),
        i_is_below: Expression,
    ) -> [good_lp::Constraint; 2] {
        let limit = f64::from(self.limit);
        let top = |idx: usize| offsets[idx].clone() + f64::from(self.blocks[idx].size);
        let below = top(i).leq(offsets[j].clone() + limit * (1.0 - i_is_below.clone()));
        let above = top(j).leq(offsets[i].clone() + limit * i_is_below);
        [below, above]
    }
}

/// The buffers that take part in a model.
pub(super) fn sized(problem: &Problem) -> impl Iterator<Item = (BufferIdx, &Buffer)> {
    problem.iter().filter(|(_, b)| b.size > 0)
}

fn answer(solution: &impl Solution, peak: Variable, offsets: &[Expression]) -> Answer {
    let proven = matches!(solution.status(), SolutionStatus::Optimal);
    Answer::Placed {
        offsets: offsets.iter().map(|offset| offset.eval_with(solution)).collect(),
        optimum: proven.then(|| solution.value(peak)),
    }
}
