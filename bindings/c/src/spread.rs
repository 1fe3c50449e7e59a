//! Plan and check an open problem over several tiers.

use memo_malloc::Step;
use memo_malloc::check::check_tiered;
use memo_malloc::model::{
    CostCertificate, TierIdx, TieredOutcome, TieredPlan, TieredProblem, TieredRefutation,
};
use memo_malloc::planners::{lower_bound_tiered, plan_tiered};

use crate::columns::{
    column, column_mut, integer, integers, lists, put_bytes, put_lists, same_count, to_double,
};
use crate::kept::Kept;
use crate::outcome::{
    MemoCause, MemoCertificate, MemoOutcome, MemoReason, MemoStatus, reason, unknown,
};
use memo_edge::{Failure, entry};

/// The answer to a problem over tiers. Fields that do not belong to the status are 0.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct MemoSpread {
    /// What all bytes cost, when `has_plan`.
    pub cost: f64,
    /// No plan costs less, when `has_plan` or when it was all that was asked for.
    pub lower_bound: f64,
    /// Which answer it is.
    pub status: MemoStatus,
    /// How the lower bound was proven: `Spill` or `FinishedSearch`.
    pub certificate: MemoCertificate,
    /// Why the planner gave up.
    pub reason: MemoReason,
    /// Why no plan exists.
    pub cause: MemoCause,
    /// A buffer of the cause.
    pub first: u32,
    /// The other buffer of the cause.
    pub second: u32,
    /// The step of the cause.
    pub step: u32,
    /// 1 when there is a plan, and all columns were written.
    pub has_plan: u32,
}

/// Plans an open problem of `count` buffers and `tier_count` tiers. Writes `outcome` and, when it has
/// a plan, the tier and the offset there of each buffer, and the peak of each tier.
///
/// `spill_ends` and `spill_steps` are the certificate, where that is `Spill`: by cost, the steps that
/// tell what is forced out of the cheapest tier, of the cheapest two, and so on, one list after the
/// other, and where each ends.
///
/// # Safety
/// `tiers` and `offsets` have room for `count` elements, `peaks` for `tier_count`, `spill_ends` for
/// `tier_count` − 1, `spill_steps` for `count` times as many; `outcome` is valid for a write. Nobody
/// uses them during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_plan_tiered(
    problem: u32,
    time_limit: f64,
    count: u32,
    tiers: *mut u32,
    offsets: *mut f64,
    tier_count: u32,
    peaks: *mut f64,
    spill_ends: *mut u32,
    spill_steps: *mut u32,
    outcome: *mut MemoSpread,
) -> i32 {
    entry(|| {
        let kept = Kept::get(problem)?;
        let problem = kept.tiered()?;
        let size = SpreadSize::of(problem);
        let columns =
            SpreadColumns { count, tiers, offsets, tier_count, peaks, spill_ends, spill_steps };
        // SAFETY: the caller's promise; asked before the work is done in vain.
        unsafe { columns.places(size, outcome) }?;
        let found = plan_tiered(problem, &kept.limits(time_limit)?)?;
        // SAFETY: the caller's promise.
        unsafe { put_spread(&found, size, columns, outcome) }
    })
}

/// The cost below which no plan of an open problem over tiers can go. Writes `lower_bound` and
/// `certificate` of `outcome`, zeros elsewhere, and the steps as [`memo_plan_tiered`] does; where
/// there is no plan, as far as that is known without a search, `status` and the cause instead.
///
/// # Safety
/// `spill_ends` has room for `tier_count` − 1 elements, `spill_steps` for `count` times as many;
/// `outcome` is valid for a write. Nobody uses them during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_lower_bound_tiered(
    problem: u32,
    count: u32,
    tier_count: u32,
    spill_ends: *mut u32,
    spill_steps: *mut u32,
    outcome: *mut MemoSpread,
) -> i32 {
    entry(|| {
        let kept = Kept::get(problem)?;
        let problem = kept.tiered()?;
        let (levels, steps_max) = SpreadSize::of(problem).spill_room(count, tier_count)?;
        // SAFETY: the caller's promise.
        let ends = unsafe { column_mut("spill_ends", spill_ends, levels) }?;
        // SAFETY: the caller's promise.
        let steps = unsafe { column_mut("spill_steps", spill_steps, steps_max) }?;
        // SAFETY: the caller's promise.
        let outcome = unsafe { column_mut("outcome", outcome, 1) }?;
        outcome[0] = match lower_bound_tiered(problem) {
            Ok((cost, certificate)) => {
                put_spill(&certificate, steps, ends)?;
                MemoSpread {
                    lower_bound: to_double("lower bound", cost)?,
                    certificate: number(&certificate)?,
                    ..MemoSpread::default()
                }
            }
            Err(refutation) => MemoSpread::of(&TieredOutcome::Infeasible(refutation))?,
        };
        Ok(())
    })
}

/// What an answer over tiers takes room for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SpreadSize {
    pub(crate) buffers: usize,
    tiers: usize,
}

impl SpreadSize {
    pub(crate) fn of(problem: &TieredProblem) -> SpreadSize {
        SpreadSize { buffers: problem.problem().len(), tiers: problem.tiers().len() }
    }

    /// How many ends and how many steps a certificate may have. Both numbers must be the problem's.
    fn spill_room(self, count: u32, tier_count: u32) -> Result<(u32, u32), Failure> {
        same_count("count", count, self.buffers)?;
        same_count("tier_count", tier_count, self.tiers)?;
        let levels = tier_count - 1;
        let steps_max = levels.checked_mul(count);
        Ok((levels, steps_max.ok_or_else(|| Failure::bad_argument("too many steps"))?))
    }
}

fn put_spill(
    certificate: &CostCertificate,
    to: &mut [Step],
    ends: &mut [u32],
) -> Result<(), Failure> {
    let CostCertificate::Spill { steps } = certificate else { return Ok(()) };
    // Each step forces a buffer out that no other does, so that there are no more than buffers.
    put_lists(steps.iter().map(Vec::as_slice), to, ends)
}

/// The columns of an answer over tiers, as a caller gives them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SpreadColumns {
    pub(crate) count: u32,
    pub(crate) tiers: *mut u32,
    pub(crate) offsets: *mut f64,
    pub(crate) tier_count: u32,
    pub(crate) peaks: *mut f64,
    pub(crate) spill_ends: *mut u32,
    pub(crate) spill_steps: *mut u32,
}

/// Where an answer over tiers goes.
struct SpreadPlaces<'a> {
    tiers: &'a mut [u32],
    offsets: &'a mut [f64],
    peaks: &'a mut [f64],
    ends: &'a mut [u32],
    steps: &'a mut [u32],
    outcome: &'a mut [MemoSpread],
}

impl SpreadColumns {
    /// # Safety
    /// Each column has room for as many elements as [`memo_plan_tiered`] says, `outcome` is valid for
    /// a write. Nobody else uses them.
    unsafe fn places<'a>(
        self,
        size: SpreadSize,
        outcome: *mut MemoSpread,
    ) -> Result<SpreadPlaces<'a>, Failure> {
        let SpreadColumns { count, tier_count, .. } = self;
        let (levels, steps_max) = size.spill_room(count, tier_count)?;
        Ok(SpreadPlaces {
            // SAFETY: the caller's promise.
            tiers: unsafe { column_mut("tiers", self.tiers, count) }?,
            // SAFETY: the caller's promise.
            offsets: unsafe { column_mut("offsets", self.offsets, count) }?,
            // SAFETY: the caller's promise.
            peaks: unsafe { column_mut("peaks", self.peaks, tier_count) }?,
            // SAFETY: the caller's promise.
            ends: unsafe { column_mut("spill_ends", self.spill_ends, levels) }?,
            // SAFETY: the caller's promise.
            steps: unsafe { column_mut("spill_steps", self.spill_steps, steps_max) }?,
            // SAFETY: the caller's promise.
            outcome: unsafe { column_mut("outcome", outcome, 1) }?,
        })
    }
}

/// Writes an answer over tiers and, when it has a plan, all columns.
///
/// # Safety
/// As [`memo_plan_tiered`].
pub(crate) unsafe fn put_spread(
    found: &TieredOutcome,
    size: SpreadSize,
    columns: SpreadColumns,
    outcome: *mut MemoSpread,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise.
    let to = unsafe { columns.places(size, outcome) }?;
    if let Some(plan) = found.plan() {
        to.tiers.iter_mut().zip(&plan.tiers).for_each(|(to, tier)| *to = tier.0.into());
        put_bytes("offset", to.offsets, plan.offsets.iter().copied())?;
        put_bytes("peak", to.peaks, plan.peaks.iter().copied())?;
        put_spill(&plan.certificate, to.steps, to.ends)?;
    }
    to.outcome[0] = MemoSpread::of(found)?;
    Ok(())
}

/// Judges a plan of an open problem over tiers: where each buffer lies, the peaks, the cost, and its
/// lower bound with the certificate (a `MemoCertificate`) and, for `Spill`, its steps as
/// [`memo_plan_tiered`] writes them. 0 when it is valid, else the code of the first fault (2xx).
///
/// # Safety
/// `tiers` and `offsets` have `count` elements, `peaks` has `tier_count`, `spill_ends` has
/// `spill_count`, `spill_steps` as many as the last of these says. Nobody writes them during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_check_tiered(
    problem: u32,
    count: u32,
    tiers: *const u32,
    offsets: *const f64,
    tier_count: u32,
    peaks: *const f64,
    cost: f64,
    bound: f64,
    bound_certificate: u32,
    spill_count: u32,
    spill_ends: *const u32,
    spill_steps: *const u32,
) -> i32 {
    entry(|| {
        let kept = Kept::get(problem)?;
        let stated = StatedColumns {
            count,
            tiers,
            offsets,
            tier_count,
            peaks,
            spill_count,
            spill_ends,
            spill_steps,
        };
        // SAFETY: the caller's promise.
        let plan = unsafe { stated.plan(cost, bound, bound_certificate) }?;
        Ok(check_tiered(kept.tiered()?, &plan)?)
    })
}

/// The columns of a plan over tiers that a caller states.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StatedColumns {
    pub(crate) count: u32,
    pub(crate) tiers: *const u32,
    pub(crate) offsets: *const f64,
    pub(crate) tier_count: u32,
    pub(crate) peaks: *const f64,
    pub(crate) spill_count: u32,
    pub(crate) spill_ends: *const u32,
    pub(crate) spill_steps: *const u32,
}

impl StatedColumns {
    /// # Safety
    /// Each column has as many elements as [`memo_check_tiered`] says.
    pub(crate) unsafe fn plan(
        self,
        cost: f64,
        bound: f64,
        bound_certificate: u32,
    ) -> Result<TieredPlan, Failure> {
        // SAFETY: the caller's promise.
        let ends = unsafe { column("spill_ends", self.spill_ends, self.spill_count) }?;
        let step_count = ends.last().copied().unwrap_or(0);
        // SAFETY: the caller's promise.
        let steps = unsafe { column("spill_steps", self.spill_steps, step_count) }?;
        let certificate = certificate(bound_certificate, ends, steps)?;
        // SAFETY: the caller's promise.
        let tiers = unsafe { column("tiers", self.tiers, self.count) }?;
        // SAFETY: the caller's promise.
        let offsets = unsafe { column("offsets", self.offsets, self.count) }?;
        // SAFETY: the caller's promise.
        let peaks = unsafe { column("peaks", self.peaks, self.tier_count) }?;
        // What is no tier of any problem is none of this one.
        let tier = |&tier: &u32| TierIdx(tier.try_into().unwrap_or(u8::MAX));
        Ok(TieredPlan {
            tiers: tiers.iter().map(tier).collect(),
            offsets: integers("buffer", "offset", offsets)?,
            peaks: integers("tier", "peak", peaks)?,
            cost: integer("cost", cost)?,
            lower_bound: integer("lower bound", bound)?,
            certificate,
        })
    }
}

impl MemoSpread {
    /// Everything but the columns.
    fn of(outcome: &TieredOutcome) -> Result<MemoSpread, Failure> {
        let flat = MemoSpread { status: outcome.status().into(), ..MemoSpread::default() };
        match outcome {
            TieredOutcome::Optimal(plan) | TieredOutcome::Feasible(plan) => Ok(MemoSpread {
                cost: to_double("cost", plan.cost)?,
                lower_bound: to_double("lower bound", plan.lower_bound)?,
                certificate: number(&plan.certificate)?,
                has_plan: 1,
                ..flat
            }),
            TieredOutcome::Infeasible(refutation) => flat.because(*refutation),
            TieredOutcome::GaveUp(limit) => Ok(MemoSpread { reason: reason(*limit)?, ..flat }),
        }
    }

    fn because(self, refutation: TieredRefutation) -> Result<MemoSpread, Failure> {
        Ok(match refutation {
            TieredRefutation::NoRoom { buffer } => {
                MemoSpread { cause: MemoCause::NoRoom, first: buffer.0, ..self }
            }
            TieredRefutation::Overfull { step } => {
                MemoSpread { cause: MemoCause::Overfull, step, ..self }
            }
            TieredRefutation::FinishedSearch => MemoSpread { cause: MemoCause::NoSpread, ..self },
            TieredRefutation::Untenable(cause) => {
                let MemoOutcome { cause, first, second, .. } =
                    MemoOutcome::default().because(cause)?;
                MemoSpread { cause, first, second, ..self }
            }
            other => return Err(unknown(&other)),
        })
    }
}

fn number(certificate: &CostCertificate) -> Result<MemoCertificate, Failure> {
    match certificate {
        CostCertificate::Spill { .. } => Ok(MemoCertificate::Spill),
        CostCertificate::FinishedSearch => Ok(MemoCertificate::FinishedSearch),
        other => Err(unknown(other)),
    }
}

fn certificate(number: u32, ends: &[u32], steps: &[Step]) -> Result<CostCertificate, Failure> {
    if number == MemoCertificate::FinishedSearch as u32 {
        return Ok(CostCertificate::FinishedSearch);
    }
    if number != MemoCertificate::Spill as u32 {
        return Err(Failure::bad_argument(format!("certificate {number} is not one of a cost")));
    }
    let refused = || Failure::bad_argument("spill_ends do not rise");
    let owned = |list: Option<&[Step]>| list.map(<[Step]>::to_vec).ok_or_else(refused);
    Ok(CostCertificate::Spill { steps: lists(steps, ends).map(owned).collect::<Result<_, _>>()? })
}
