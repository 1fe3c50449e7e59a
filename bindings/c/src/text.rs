//! Plans as files and pictures: made as a text, copied out, closed.

use std::ffi::c_char;

use memo_formats::{Document, PlanDocument, TieredPlanDocument, to_bytes};
use memo_report::{svg, svg_tiers};

use crate::columns::{column, column_mut, count_of, same_count};
use crate::copied::Copied;
use crate::kept::{Asked, Kept};
use crate::plan::stated_plan;
use crate::problem::texts_of;
use crate::spread::StatedColumns;
use memo_edge::{Failure, Handles, entry};

static TEXTS: Handles<Vec<u8>> = Handles::new();

/// Names the buffers of an open problem, in place of the names it had: the id of buffer `i` ends at
/// `ends[i]` in `text`, UTF-8, and begins where the one before ends.
///
/// # Safety
/// `text` has `id_bytes` bytes, `ends` has `count` elements. Nobody writes them during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_problem_name(
    problem: u32,
    id_bytes: u32,
    text: *const u8,
    count: u32,
    ends: *const u32,
) -> i32 {
    entry(|| {
        // SAFETY: the caller's promise.
        let text = Copied::of(unsafe { column("text", text, id_bytes) }?);
        // SAFETY: the caller's promise.
        let ends = Copied::of(unsafe { column("ends", ends, count) }?);
        Kept::change(problem, move |asked| {
            let problem = asked.into_one()?;
            same_count("count", count, problem.len())?;
            Ok(Asked::One(problem.with_ids(texts_of("ids", &text, &ends)?)?))
        })
    })
}

/// Makes a text of an open problem without tiers and a plan of it, which is judged first. `name` says
/// which: a name that ends in `.json`, `.csv` or either with `.gz` makes what `memo plan -o` writes to
/// a file of this name, one that ends in `.svg` a picture under `title`. Writes a handle of the text,
/// to be closed with [`memo_text_close`], and its number of bytes.
///
/// # Safety
/// `name` and `title` end in NUL; `offsets` has `offset_count` elements; `handle` and `byte_count` are
/// valid for a write. Nobody uses them during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_plan_text(
    problem: u32,
    offset_count: u32,
    offsets: *const f64,
    peak: f64,
    bound: f64,
    bound_certificate: u32,
    step: u32,
    name: *const c_char,
    title: *const c_char,
    handle: *mut u32,
    byte_count: *mut u32,
) -> i32 {
    entry(|| {
        let kept = Kept::get(problem)?;
        let problem = kept.one()?;
        // SAFETY: the caller's promise.
        let offsets = unsafe { column("offsets", offsets, offset_count) }?;
        let plan = stated_plan(offsets, peak, bound, bound_certificate, step)?;
        let document = PlanDocument::new(problem.clone(), plan)?;
        let text = TextColumns { name, title, handle, byte_count };
        // SAFETY: the caller's promise.
        unsafe { text.put(&Document::Plan(document)) }
    })
}

/// As [`memo_plan_text`], of an open problem with tiers and a plan as `memo_check_tiered` takes it.
///
/// # Safety
/// As [`memo_plan_text`] and `memo_check_tiered`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_plan_text_tiered(
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
    name: *const c_char,
    title: *const c_char,
    handle: *mut u32,
    byte_count: *mut u32,
) -> i32 {
    entry(|| {
        let kept = Kept::get(problem)?;
        let problem = kept.tiered()?;
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
        let document = TieredPlanDocument::new(problem.clone(), plan)?;
        let text = TextColumns { name, title, handle, byte_count };
        // SAFETY: the caller's promise.
        unsafe { text.put(&Document::TieredPlan(document)) }
    })
}

/// Copies a text of `byte_count` bytes out.
///
/// # Safety
/// `bytes` has room for `byte_count` bytes. Nobody uses them during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_text_copy(text: u32, byte_count: u32, bytes: *mut u8) -> i32 {
    entry(|| {
        let text = TEXTS.get(text)?;
        if byte_count as usize != text.len() {
            let found = text.len();
            return Err(Failure::bad_argument(format!("byte_count is {byte_count} of {found}")));
        }
        // SAFETY: the caller's promise.
        unsafe { column_mut("bytes", bytes, byte_count) }?.copy_from_slice(&text);
        Ok(())
    })
}

/// Closes a text. Its handle is refused from then on.
#[unsafe(no_mangle)]
pub extern "C" fn memo_text_close(text: u32) -> i32 {
    entry(|| TEXTS.close(text))
}

/// What text to make, and where its handle and its number of bytes go.
#[derive(Debug, Clone, Copy)]
struct TextColumns {
    name: *const c_char,
    title: *const c_char,
    handle: *mut u32,
    byte_count: *mut u32,
}

impl TextColumns {
    /// Makes the text of a plan and keeps it.
    ///
    /// # Safety
    /// As [`memo_plan_text`].
    unsafe fn put(self, plan: &Document) -> Result<(), Failure> {
        // SAFETY: the caller's promise.
        let name = unsafe { string("name", self.name) }?;
        // SAFETY: the caller's promise.
        let title = unsafe { string("title", self.title) }?;
        let is_picture = name.to_ascii_lowercase().ends_with(".svg");
        let text = if is_picture { picture(title, plan) } else { to_bytes(name, plan)? };
        // SAFETY: the caller's promise.
        let handle = unsafe { column_mut("handle", self.handle, 1) }?;
        // SAFETY: the caller's promise.
        let byte_count = unsafe { column_mut("byte_count", self.byte_count, 1) }?;
        byte_count[0] = count_of(text.len())?;
        handle[0] = TEXTS.open(text)?;
        Ok(())
    }
}

fn picture(title: &str, plan: &Document) -> Vec<u8> {
    let picture = match plan {
        Document::Plan(one) => svg(title, one.problem(), one.plan()),
        Document::TieredPlan(tiered) => svg_tiers(title, tiered.problem(), tiered.plan()),
        _ => unreachable!("only plans are drawn"),
    };
    picture.into_bytes()
}

/// # Safety
/// `at` is NULL or ends in NUL, and stays as it is for as long as the result is used.
unsafe fn string<'a>(name: &str, at: *const c_char) -> Result<&'a str, Failure> {
    // SAFETY: the caller's promise.
    let text = unsafe { memo_edge::text(name, at) }?;
    text.ok_or_else(|| Failure::bad_argument(format!("{name} is NULL")))
}
