//! All ways, and those of them that are worth it.
//!
//! Every way is judged by its max load, which costs microseconds. Of those that need least for their
//! work each is then planned, and what counts is the peak of that plan.

use std::collections::BTreeSet;

use memo_formats::{Graph, TensorIdx};
use memo_malloc::planners::plan;
use memo_malloc::{Bytes, Error, Limits};

use crate::draft::Draft;
use crate::run::Run;
use crate::way::{Change, Way};
use crate::{chunks, order, patches, recompute, reuse};

/// A way that needs less than another by a smaller share of it, for more work, is not told.
const WORTH: Bytes = 100;

/// Extra work in per cent beyond which hardly anybody goes.
const EXTRA_WORK_MAX: u64 = 25;

/// What may be changed, and how the ways are planned.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What may be done otherwise.
    pub changes: BTreeSet<Change>,
    /// Whether the inputs of the model are in memory of their own, which is not counted.
    pub inputs_outside: bool,
    /// Most work besides that of the model, in per cent of it.
    pub extra_work_max: u64,
    /// What planning one way may cost.
    pub limits: Limits,
}

impl Default for Wanted {
    fn default() -> Wanted {
        Wanted {
            changes: Change::ALL.into(),
            inputs_outside: false,
            extra_work_max: EXTRA_WORK_MAX,
            limits: Limits::default(),
        }
    }
}

/// What a way would need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estimate {
    /// What is done otherwise.
    pub way: Way,
    /// The largest top of its plan.
    pub peak: Bytes,
    /// No plan of it has a smaller peak.
    pub lower_bound: Bytes,
    /// Its work: multiplications that are added up, elsewhere elements that are made.
    pub work: u64,
}

/// What a model needs, and would need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exploration {
    /// The model as it is.
    pub as_is: Estimate,
    /// One change at a time, each as far as it saves most within the work allowed; those that save
    /// nothing are left out.
    pub alone: Vec<Estimate>,
    /// All that no other way beats in both peak and work, by work and then by peak.
    pub together: Vec<Estimate>,
}

/// Looks at all ways to run a model.
///
/// # Errors
/// When sizes are beyond what can be planned.
pub fn explore(graph: &Graph, wanted: &Wanted) -> Result<Exploration, Error> {
    let run = Run::of(graph.clone());
    let explorer = Explorer { wanted };
    let as_is = explorer.planned(&explorer.way(&run, Way::default(), BTreeSet::new())?)?;
    let runs = explorer.runs(&run)?;
    let candidates = explorer.candidates(&runs)?;
    let mut alone = Vec::new();
    for change in Change::ALL {
        let of_change = candidates.iter().filter(|found| found.changes == BTreeSet::from([change]));
        if let Some(best) = of_change.min_by_key(|found| (found.load, found.draft.work)) {
            alone.push(explorer.planned(best)?);
        }
    }
    alone.retain(|estimate| estimate.peak < as_is.peak);
    let together: Result<Vec<Estimate>, Error> =
        worthy(&candidates).into_iter().map(|found| explorer.planned(found)).collect();
    Ok(Exploration { alone, together: front(together?, &as_is), as_is })
}

struct Explorer<'a> {
    wanted: &'a Wanted,
}

/// A way before it is planned.
struct Found<'a> {
    way: Way,
    changes: BTreeSet<Change>,
    draft: Draft<'a>,
    load: Bytes,
}

/// A run with the changes that made it of the one in the file.
struct Changed {
    run: Run,
    way: Way,
    changes: BTreeSet<Change>,
}

impl Explorer<'_> {
    fn may(&self, change: Change) -> bool {
        self.wanted.changes.contains(&change)
    }

    /// The graphs that are run: that of the file, in a better order, with nodes that run again.
    fn runs(&self, run: &Run) -> Result<Vec<Changed>, Error> {
        let mut found =
            vec![Changed { run: run.clone(), way: Way::default(), changes: BTreeSet::new() }];
        if self.may(Change::Order)
            && let Some(run) = order::reordered(run, Draft::of(run).load()?)
        {
            let way = Way { reordered: true, ..Way::default() };
            found.push(Changed { run, way, changes: [Change::Order].into() });
        }
        if !self.may(Change::Recompute) {
            return Ok(found);
        }
        for at in 0..found.len() {
            for (run, recomputed) in recompute::recomputed(&found[at].run)? {
                let way = Way { recomputed, ..found[at].way.clone() };
                let mut changes = found[at].changes.clone();
                changes.insert(Change::Recompute);
                found.push(Changed { run, way, changes });
            }
        }
        Ok(found)
    }

    fn candidates<'a>(&self, runs: &'a [Changed]) -> Result<Vec<Found<'a>>, Error> {
        let mut found = Vec::new();
        for changed in runs {
            for (way, with) in self.cut(changed) {
                for reuse in self.reuses() {
                    let changes = changed.changes.iter().chain(&with).chain(&reuse).copied();
                    found.push(self.way(&changed.run, way.clone(), changes.collect())?);
                }
            }
        }
        let work_max = runs.first().map_or(0, |first| self.work_max(&first.run));
        found.retain(|found| found.is_told() && u128::from(found.draft.work) <= work_max);
        Ok(found)
    }

    fn work_max(&self, run: &Run) -> u128 {
        u128::from(run.work()) * (100 + u128::from(self.wanted.extra_work_max)) / 100
    }

    /// The run as a whole, patch by patch, in chunks.
    fn cut(&self, changed: &Changed) -> Vec<(Way, Option<Change>)> {
        let mut cut = vec![(changed.way.clone(), None)];
        // What runs again lies behind the stages that are worth it.
        if self.may(Change::Patches) && changed.way.recomputed.is_empty() {
            let stages = patches::stages(&changed.run).into_iter();
            let way = |stage| Way { stage: Some(stage), ..changed.way.clone() };
            cut.extend(stages.map(|stage| (way(stage), Some(Change::Patches))));
        }
        let batch = chunks::batch(&changed.run).filter(|_| self.may(Change::Chunks));
        let counts = batch.into_iter().flat_map(chunks::counts);
        let way = |count| Way { chunks: Some(count), ..changed.way.clone() };
        cut.extend(counts.map(|count| (way(count), Some(Change::Chunks))));
        cut
    }

    fn reuses(&self) -> Vec<BTreeSet<Change>> {
        let sets: [&[Change]; 4] =
            [&[], &[Change::InPlace], &[Change::TakeUp], &[Change::InPlace, Change::TakeUp]];
        let is_wanted = |set: &&[Change]| set.iter().all(|&change| self.may(change));
        sets.into_iter().filter(is_wanted).map(|set| set.iter().copied().collect()).collect()
    }

    fn way<'a>(
        &self,
        run: &'a Run,
        mut way: Way,
        changes: BTreeSet<Change>,
    ) -> Result<Found<'a>, Error> {
        let mut draft = Draft::of(run);
        if self.wanted.inputs_outside {
            draft.without_inputs();
        }
        if let Some(stage) = &way.stage {
            patches::apply(&mut draft, stage);
        }
        if let Some(count) = way.chunks {
            chunks::apply(&mut draft, count);
        }
        if changes.contains(&Change::TakeUp) {
            way.taken_up = reuse::take_up(&mut draft);
        }
        if changes.contains(&Change::InPlace) {
            way.in_place = reuse::in_place(&mut draft);
        }
        Ok(Found { load: draft.load()?, way, changes, draft })
    }

    fn planned(&self, found: &Found) -> Result<Estimate, Error> {
        let outcome = plan(&found.draft.problem()?, &self.wanted.limits)?;
        let bounds = outcome.plan().map(|plan| (plan.peak, plan.lower_bound));
        // Without a capacity there is always a plan, unless time ran out before the first.
        let (peak, lower_bound) = bounds.unwrap_or((found.sum(), found.load));
        Ok(Estimate { way: found.way.clone(), peak, lower_bound, work: found.draft.work })
    }
}

impl Found<'_> {
    /// Whether all its changes change something.
    fn is_told(&self) -> bool {
        let has = |change| self.changes.contains(&change);
        !self.changes.is_empty()
            && has(Change::InPlace) == (self.way.in_place > 0)
            && has(Change::TakeUp) == (self.way.taken_up > 0)
    }

    /// What no plan needs more than.
    fn sum(&self) -> Bytes {
        let live = (0..).map(TensorIdx).zip(&self.draft.lives).filter(|(_, life)| life.is_some());
        live.map(|(idx, _)| self.draft.sizes[idx.usize()]).sum()
    }
}

/// Those that need clearly less than all of less work.
fn worthy<'a, 'b>(candidates: &'a [Found<'b>]) -> Vec<&'a Found<'b>> {
    let mut all: Vec<&Found> = candidates.iter().collect();
    all.sort_by_key(|found| (found.draft.work, found.load, found.changes.len()));
    let mut least = Bytes::MAX;
    let mut worthy: Vec<&Found> = Vec::new();
    for found in all {
        if found.load < least - least / WORTH {
            least = found.load;
            worthy.push(found);
        }
    }
    worthy
}

/// Those of which no other needs less for as little work.
fn front(mut all: Vec<Estimate>, as_is: &Estimate) -> Vec<Estimate> {
    all.sort_by_key(|estimate| (estimate.work, estimate.peak));
    let mut least = as_is.peak;
    all.retain(|estimate| {
        let is_less = estimate.peak < least;
        least = least.min(estimate.peak);
        is_less
    });
    all
}
