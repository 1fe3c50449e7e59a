//! The integer linear program, in units.
//!
//! ```text
//! minimise M, least ≤ M ≤ limit
//! for each buffer i:          o_i + t_i ≤ M,   o_i = a_i · k_i with k_i integer where a_i > 1
//! for each conflict i < j:    o_i + s_ij ≤ o_j + limit · (1 − y_ij)     y_ij = 1: i lies below j
//!                             o_j + s_ji ≤ o_i + limit · y_ij
//! ```
//! `t` is the size, `s_ij` what `i` needs below `j`, in whole units, which is all the same to others:
//! its size, or with ties its largest part that is live with `j`. Of two buffers that differ in
//! nothing but their index, the first may always lie below.

use good_lp::solvers::SolutionStatus;
use good_lp::{
    Expression, ProblemVariables, ResolutionError, Solution, SolverModel, Variable, WithMipGap,
    WithTimeLimit, variable,
};

use super::things::{Conflict, Things};
use super::units::Unit;
use crate::limits::Limits;
use crate::model::{Buffer, BufferIdx, Bytes, Error};

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
}

/// A conflict in units.
#[derive(Debug, Clone, Copy)]
struct Order {
    pair: (usize, usize),
    needs: (u32, u32),
    are_twins: bool,
}

/// A problem in units.
#[derive(Debug, Clone)]
pub(super) struct Model {
    blocks: Vec<Block>,
    orders: Vec<Order>,
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
    /// A model with peaks from `least` to `limit` bytes.
    pub(super) fn new(
        things: &Things,
        unit: Unit,
        (least, limit): (Bytes, Bytes),
    ) -> Result<Model, Error> {
        let block = |(_, b): &(BufferIdx, Buffer)| {
            Ok(Block {
                size: unit.count(b.size)?,
                top: unit.exactly(b.size),
                alignment: unit.alignment(b)?,
                pin: b.pin.map(|pin| unit.count(pin)).transpose()?,
            })
        };
        let order = |&Conflict { pair, needs: (first, second), are_twins }: &Conflict| {
            let needs = (unit.count(first)?, unit.count(second)?);
            Ok(Order { pair, needs, are_twins })
        };
        Ok(Model {
            blocks: things.placed.iter().map(block).collect::<Result<_, Error>>()?,
            orders: things.conflicts.iter().map(order).collect::<Result<_, Error>>()?,
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
        let below = self.below(&mut variables);
        let deadline = limits.start();
        let mut model = variables.minimise(peak).using(solver);
        for (block, offset) in self.blocks.iter().zip(&offsets) {
            model.add_constraint((offset.clone() + block.top).leq(peak));
        }
        for (order, is_below) in self.orders.iter().zip(below) {
            for constraint in self.apart(&offsets, *order, is_below) {
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
    fn below(&self, variables: &mut ProblemVariables) -> Vec<Expression> {
        let is_below = |order: &Order| {
            let free = (!order.are_twins).then(|| variables.add(variable().binary()).into());
            free.unwrap_or(Expression::from(1.0))
        };
        self.orders.iter().map(is_below).collect()
    }

    fn apart(
        &self,
        offsets: &[Expression],
        Order { pair: (i, j), needs, .. }: Order,
        i_is_below: Expression,
    ) -> [good_lp::Constraint; 2] {
        let limit = f64::from(self.limit);
        let (above_i, above_j) =
            (offsets[i].clone() + f64::from(needs.0), offsets[j].clone() + f64::from(needs.1));
        let below = above_i.leq(offsets[j].clone() + limit * (1.0 - i_is_below.clone()));
        let above = above_j.leq(offsets[i].clone() + limit * i_is_below);
        [below, above]
    }
}

fn answer(solution: &impl Solution, peak: Variable, offsets: &[Expression]) -> Answer {
    let proven = matches!(solution.status(), SolutionStatus::Optimal);
    Answer::Placed {
        offsets: offsets.iter().map(|offset| offset.eval_with(solution)).collect(),
        optimum: proven.then(|| solution.value(peak)),
    }
}
