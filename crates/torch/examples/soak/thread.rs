//! What one thread does before it ends.

use std::sync::PoisonError;

use memo_torch::{Error, Tensor, begin_scope, end_scope, scope};

use super::Shared;
use super::cases::Case;
use super::chance::Chance;

/// A thread makes fewer requests than this.
const REQUESTS_MAX: usize = 300;

/// As many outputs are kept.
const KEPT_MAX: usize = 48;

/// Outputs of a case, by its number, or a copy and what it is of.
pub(crate) enum Kept {
    Outputs(usize, Vec<Tensor>),
    Copy(Vec<u8>, Tensor),
}

pub(crate) struct Thread<'a> {
    shared: &'a Shared,
    chance: Chance,
    /// Freed by this thread, at the latest when it ends.
    own: Vec<Kept>,
}

impl<'a> Thread<'a> {
    pub(crate) fn new(shared: &'a Shared, chance: Chance) -> Thread<'a> {
        Thread { shared, chance, own: Vec::new() }
    }

    /// So many requests; some threads end with a scope open.
    pub(crate) fn live(mut self) {
        if let Err(error) = memo_torch::set_threads(1) {
            self.shared.tally.wrong(&format!("threads cannot be set: {error}"));
        }
        for _ in 0..self.chance.below(REQUESTS_MAX) {
            if self.shared.is_over() {
                break;
            }
            if let Err(error) = self.request() {
                self.shared.tally.wrong(&format!("a run failed: {error}"));
            }
        }
        if self.chance.one_in(4) {
            begin_scope("left open", Vec::new);
            let tensor = self.tensor();
            self.own.extend(tensor.ok());
        }
        for kept in std::mem::take(&mut self.own) {
            self.release(kept);
        }
    }

    fn request(&mut self) -> Result<(), Error> {
        self.shared.tally.requested();
        match self.chance.below(20) {
            0..10 => drop(self.call()?),
            10..12 => {
                let kept = self.call()?;
                self.own.push(kept);
            }
            12..14 => {
                let kept = self.call()?;
                self.give(kept);
            }
            14 => self.scope(0)?,
            15 => self.scope_ended_elsewhere()?,
            16 => self.failing()?,
            17 => {
                let tensor = self.tensor()?;
                self.give(tensor);
            }
            _ => self.release_some(),
        }
        Ok(())
    }

    /// One run of a model, compared.
    fn call(&mut self) -> Result<Kept, Error> {
        let at = self.chance.below(self.shared.cases.all().len());
        let case = &self.shared.cases.all()[at];
        let outputs = self.shared.cases.run(case, &case.input()?)?;
        self.compare(case, &outputs, "");
        Ok(Kept::Outputs(at, outputs))
    }

    /// Models and tensors under one name, and scopes within.
    fn scope(&mut self, depth: usize) -> Result<(), Error> {
        let name = *self.chance.of(&["step", "both", "loop"]);
        let input = Tensor::from_seed(&[1 + self.chance.below(3), 8], 1)?;
        let _open = scope(name, &[&input]);
        for _ in 0..=self.chance.below(3) {
            let tensor = self.tensor()?;
            let called = self.call()?;
            if self.chance.one_in(3) {
                self.give(tensor);
            }
            if self.chance.one_in(3) {
                self.own.push(called);
            }
            if depth < 2 && self.chance.one_in(3) {
                self.scope(depth + 1)?;
            }
        }
        Ok(())
    }

    /// The ticket is given to another thread, which ends the scope now or later.
    fn scope_ended_elsewhere(&mut self) -> Result<(), Error> {
        let ticket = begin_scope("elsewhere", Vec::new);
        let tensor = self.tensor()?;
        let ended = std::thread::spawn(move || {
            drop(tensor);
            end_scope(ticket);
        });
        if self.chance.one_in(2) && ended.join().is_err() {
            self.shared.tally.wrong("the thread that ends a scope failed");
        }
        Ok(())
    }

    /// A run that throws half way.
    fn failing(&mut self) -> Result<(), Error> {
        let (cases, chance) = (&self.shared.cases, &mut self.chance);
        let case = chance.of(cases.all());
        let failed =
            if case.is_image() { cases.refuses(case) } else { cases.throws(&case.input()?) };
        if failed {
            self.shared.tally.thrown();
        } else {
            self.shared.tally.wrong(&format!("{case}: did not fail"));
        }
        Ok(())
    }

    /// A tensor and a copy of what is in it, in memory that is not LibTorch's.
    fn tensor(&mut self) -> Result<Kept, Error> {
        let magnitude = self.chance.below(16);
        let length = 1 + self.chance.below(1 << magnitude);
        let tensor = Tensor::from_seed(&[length], self.chance.next())?;
        let copy = tensor.copied()?;
        Ok(Kept::Copy(tensor.bytes()?.to_vec(), copy))
    }

    /// Lets other threads release it, or keeps it where there are too many.
    fn give(&mut self, kept: Kept) {
        let mut all = self.shared.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() < KEPT_MAX {
            all.push(kept);
            return;
        }
        let at = self.chance.below(all.len());
        let other = std::mem::replace(&mut all[at], kept);
        drop(all);
        self.release(other);
    }

    /// Some of what this and other threads have kept.
    fn release_some(&mut self) {
        for _ in 0..2 {
            let mut all = self.shared.kept.lock().unwrap_or_else(PoisonError::into_inner);
            let kept = match all.len() {
                0 => None,
                count => Some(all.swap_remove(self.chance.below(count))),
            };
            drop(all);
            if let Some(kept) = kept {
                self.release(kept);
            }
        }
        if !self.own.is_empty() {
            let kept = self.own.swap_remove(self.chance.below(self.own.len()));
            self.release(kept);
        }
    }

    /// Compares once more and frees.
    fn release(&mut self, kept: Kept) {
        match kept {
            Kept::Outputs(at, outputs) => {
                let case = &self.shared.cases.all()[at];
                self.compare(case, &outputs, ", kept");
            }
            Kept::Copy(bytes, tensor) => {
                self.shared.tally.compared();
                if tensor.bytes().ok() != Some(&bytes) {
                    let length = bytes.len();
                    self.shared.tally.wrong(&format!("a tensor of {length} bytes has changed"));
                }
            }
        }
    }

    fn compare(&self, case: &Case, outputs: &[Tensor], how: &str) {
        self.shared.tally.compared();
        if let Some(why) = case.fault(outputs) {
            self.shared.tally.wrong(&format!("{case}{how}: {why}"));
        }
    }
}
