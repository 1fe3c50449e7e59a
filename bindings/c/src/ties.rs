//! What binds buffers beyond their lifetimes, in columns.

use memo_malloc::{BufferIdx, Lifetime, Problem};

use crate::columns::{column, column_mut, same_count};
use crate::copied::Copied;
use crate::kept::{Asked, Kept};
use memo_edge::{Failure, entry};

/// Binds buffers of an open problem without tiers, in place of all ties it had:
///
/// * `interval_count` intervals `[interval_starts[i], interval_ends[i])` in which the buffer
///   `interval_buffers[i]` is live, where that is not all of its lifetime: all of a buffer, from the
///   start of its lifetime to its end. In between, others may use its bytes;
/// * `share_count` pairs `shares[2 i]`, `shares[2 i + 1]` that must have the same offset; pairs with
///   a common buffer become one group;
/// * `apart_count` pairs `apart[2 i]`, `apart[2 i + 1]` that must not share a byte, though they may
///   never be live at the same time.
///
/// # Safety
/// Each column has as many elements as it is said to have, the pairs two for each. Nobody writes them
/// during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_problem_tie(
    problem: u32,
    interval_count: u32,
    interval_buffers: *const u32,
    interval_starts: *const u32,
    interval_ends: *const u32,
    share_count: u32,
    shares: *const u32,
    apart_count: u32,
    apart: *const u32,
) -> i32 {
    entry(|| {
        // SAFETY: the caller's promise.
        let buffers = unsafe { column("interval_buffers", interval_buffers, interval_count) }?;
        // SAFETY: the caller's promise.
        let starts = unsafe { column("interval_starts", interval_starts, interval_count) }?;
        // SAFETY: the caller's promise.
        let ends = unsafe { column("interval_ends", interval_ends, interval_count) }?;
        // SAFETY: the caller's promise.
        let shares = unsafe { column("shares", shares, doubled("shares", share_count)?) }?;
        // SAFETY: the caller's promise.
        let apart = unsafe { column("apart", apart, doubled("apart", apart_count)?) }?;

        let [buffers, starts, ends, shares, apart] =
            [buffers, starts, ends, shares, apart].map(Copied::of);
        Kept::change(problem, move |asked| {
            let lives = starts.iter().zip(&*ends).map(|(&start, &end)| Lifetime { start, end });
            let rows = buffers.iter().map(|&buffer| BufferIdx(buffer)).zip(lives);
            let groups: Vec<_> = pairs(&shares).map(|(a, b)| vec![a, b]).collect();
            let tied = asked.into_one()?.with_intervals(rows.collect())?;
            Ok(Asked::One(tied.with_shares(&groups)?.with_apart(pairs(&apart).collect())?))
        })
    })
}

/// Copies the ties of an open problem out, in the columns that [`memo_problem_tie`] takes.
///
/// # Safety
/// Each column has room for as many elements as it is said to have, the pairs for two each. Nobody
/// uses them during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memo_problem_ties(
    problem: u32,
    interval_count: u32,
    interval_buffers: *mut u32,
    interval_starts: *mut u32,
    interval_ends: *mut u32,
    share_count: u32,
    shares: *mut u32,
    apart_count: u32,
    apart: *mut u32,
) -> i32 {
    entry(|| {
        let kept = Kept::get(problem)?;
        let bound = kept.buffers()?;
        let (rows, grouped) = (rows(bound), in_groups(bound));
        same_count("interval_count", interval_count, rows.len())?;
        same_count("share_count", share_count, grouped.len())?;
        same_count("apart_count", apart_count, bound.ties().apart().len())?;
        // SAFETY: the caller's promise.
        let buffers = unsafe { column_mut("interval_buffers", interval_buffers, interval_count) }?;
        // SAFETY: the caller's promise.
        let starts = unsafe { column_mut("interval_starts", interval_starts, interval_count) }?;
        // SAFETY: the caller's promise.
        let ends = unsafe { column_mut("interval_ends", interval_ends, interval_count) }?;
        // SAFETY: the caller's promise.
        let shares = unsafe { column_mut("shares", shares, doubled("shares", share_count)?) }?;
        // SAFETY: the caller's promise.
        let apart = unsafe { column_mut("apart", apart, doubled("apart", apart_count)?) }?;

        for (at, (buffer, life)) in rows.into_iter().enumerate() {
            (buffers[at], starts[at], ends[at]) = (buffer.0, life.start, life.end);
        }
        put_pairs(shares, &grouped);
        put_pairs(apart, bound.ties().apart());
        Ok(())
    })
}

type Pair = (BufferIdx, BufferIdx);

fn rows(problem: &Problem) -> Vec<(BufferIdx, Lifetime)> {
    let spanned = problem.ties().spanned();
    spanned.flat_map(|(idx, all)| all.iter().map(move |life| (idx, *life))).collect()
}

/// Each member of a group with the next.
fn in_groups(problem: &Problem) -> Vec<Pair> {
    let groups = problem.ties().groups().iter();
    groups.flat_map(|group| group.windows(2).map(|pair| (pair[0], pair[1]))).collect()
}

/// Two elements for each.
fn pairs(column: &[u32]) -> impl Iterator<Item = Pair> {
    column.chunks_exact(2).map(|pair| (BufferIdx(pair[0]), BufferIdx(pair[1])))
}

fn put_pairs(to: &mut [u32], pairs: &[Pair]) {
    for (to, (first, second)) in to.chunks_exact_mut(2).zip(pairs) {
        to.copy_from_slice(&[first.0, second.0]);
    }
}

fn doubled(name: &str, count: u32) -> Result<u32, Failure> {
    let doubled = count.checked_mul(2);
    doubled.ok_or_else(|| Failure::bad_argument(format!("{name}: {count} pairs are too many")))
}
