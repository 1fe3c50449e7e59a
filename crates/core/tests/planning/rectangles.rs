//! Perfect packings: a rectangle of time and bytes cut into buffers, so that the optimum is known
//! and there is no byte to waste.

use memo_malloc::{Buffer, Bytes, Problem, Step};

/// A piece of the rectangle, half-open in both directions.
#[derive(Clone, Copy)]
struct Piece {
    steps: (Step, Step),
    bytes: (Bytes, Bytes),
}

/// A number in `low..=high`.
pub(crate) type Chance<'a> = &'a mut dyn FnMut(u64, u64) -> u64;

/// Cuts straight through a piece, one after the other, until there are `count`.
pub(crate) fn guillotine(count: usize, sides: (Step, Bytes), chance: Chance<'_>) -> Problem {
    cut(count, sides, chance, |piece, chance| {
        let Piece { steps, bytes } = piece;
        let (width, height) = (steps.1 - steps.0, bytes.1 - bytes.0);
        if width > 1 && (height < 2 || chance(0, 1) == 0) {
            let at = steps.0 + step(chance(1, u64::from(width) - 1));
            vec![Piece { steps: (steps.0, at), ..piece }, Piece { steps: (at, steps.1), ..piece }]
        } else if height > 1 {
            let at = bytes.0 + chance(1, height - 1);
            vec![Piece { bytes: (bytes.0, at), ..piece }, Piece { bytes: (at, bytes.1), ..piece }]
        } else {
            vec![piece]
        }
    })
}

/// Cuts a piece into four around a fifth, which no straight cut can do, until there are `count` or
/// up to three more.
pub(crate) fn pinwheels(count: usize, sides: (Step, Bytes), chance: Chance<'_>) -> Problem {
    cut(count, sides, chance, |piece, chance| {
        let Piece { steps: (left, right), bytes: (low, high) } = piece;
        if right - left < 3 || high - low < 3 {
            return vec![piece];
        }
        let mut two = |length: u64| {
            let first = chance(1, length - 2);
            (first, chance(first + 1, length - 1))
        };
        let (x, y) = (two(u64::from(right - left)), two(high - low));
        let (x1, x2, y1, y2) = (left + step(x.0), left + step(x.1), low + y.0, low + y.1);
        let piece = |steps, bytes| Piece { steps, bytes };
        vec![
            piece((left, x2), (low, y1)),
            piece((x2, right), (low, y2)),
            piece((x1, right), (y2, high)),
            piece((left, x1), (y1, high)),
            piece((x1, x2), (y1, y2)),
        ]
    })
}

/// Cuts pieces picked by chance, the larger of two, until there are `count` or all are too small.
fn cut(
    count: usize,
    (steps, bytes): (Step, Bytes),
    chance: Chance<'_>,
    divide: impl Fn(Piece, Chance<'_>) -> Vec<Piece>,
) -> Problem {
    let mut pieces = vec![Piece { steps: (0, steps), bytes: (0, bytes) }];
    for _ in 0..100 * count {
        if pieces.len() >= count {
            break;
        }
        let picks = [(); 2].map(|()| usize_of(chance(0, pieces.len() as u64 - 1)));
        let picked = picks.into_iter().max_by_key(|&idx| area(pieces[idx])).unwrap_or(0);
        let piece = pieces.swap_remove(picked);
        pieces.extend(divide(piece, chance));
    }
    let buffer = |p: &Piece| Buffer::new(p.bytes.1 - p.bytes.0, p.steps.0, p.steps.1);
    Problem::new(pieces.iter().map(buffer).collect()).unwrap_or_default()
}

fn area(piece: Piece) -> u64 {
    u64::from(piece.steps.1 - piece.steps.0) * (piece.bytes.1 - piece.bytes.0)
}

fn step(number: u64) -> Step {
    Step::try_from(number).unwrap_or(Step::MAX)
}

fn usize_of(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
