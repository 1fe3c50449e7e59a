/** What part of time and bytes is seen: the same in all panes. */

/** Steps from `from` to `to`, bytes from `low` to `high`. */
export interface View {
  readonly from: number;
  readonly to: number;
  readonly low: number;
  readonly high: number;
}

/** A rectangle on the screen. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

const STEPS_MIN = 2;
const BYTES_MIN = 16;

/** Whether a point is in a box. */
export function isIn(box: Box, x: number, y: number): boolean {
  return x >= box.x && x < box.x + box.w && y >= box.y && y < box.y + box.h;
}

/** The step at a place in a box. */
export function stepAt(view: View, box: Box, x: number): number {
  return view.from + (x - box.x) / box.w * (view.to - view.from);
}

/** The byte at a place in a box. */
export function byteAt(view: View, box: Box, y: number): number {
  return view.low + (box.y + box.h - y) / box.h * (view.high - view.low);
}

/** Where a step is in a box. */
export function xOf(view: View, box: Box, step: number): number {
  return box.x + (step - view.from) / (view.to - view.from) * box.w;
}

/** Where a byte is in a box. */
export function yOf(view: View, box: Box, byte: number): number {
  return box.y + box.h - (byte - view.low) / (view.high - view.low) * box.h;
}

/** The view with time and bytes scaled around a point, within all there is. */
export function zoomed(
  view: View,
  all: View,
  at: { step: number; byte: number },
  scale: { time: number; bytes: number },
): View {
  const scaled = (value: number, fixed: number, by: number): number => fixed + (value - fixed) * by;
  return within({
    from: scaled(view.from, at.step, scale.time),
    to: scaled(view.to, at.step, scale.time),
    low: scaled(view.low, at.byte, scale.bytes),
    high: scaled(view.high, at.byte, scale.bytes),
  }, all);
}

/** The view moved by so many steps and bytes, within all there is. */
export function moved(view: View, all: View, steps: number, bytes: number): View {
  const { from, to, low, high } = view;
  return within({ from: from + steps, to: to + steps, low: low + bytes, high: high + bytes }, all);
}

/** The view with this rectangle well inside it, as large as it was or larger where needed. */
export function revealing(view: View, all: View, shown: View): View {
  const [from, to] = around(view.from, view.to, shown.from, shown.to);
  const [low, high] = around(view.low, view.high, shown.low, shown.high);
  return within({ from, to, low, high }, all);
}

function around(low: number, high: number, first: number, last: number): [number, number] {
  if (first >= low && last <= high) return [low, high];
  const span = Math.max(high - low, (last - first) * 1.25);
  const middle = (first + last) / 2;
  return [middle - span / 2, middle + span / 2];
}

function within(view: View, all: View): View {
  const [from, to] = clamped(view.from, view.to, all.from, all.to, STEPS_MIN);
  const [low, high] = clamped(view.low, view.high, all.low, all.high, BYTES_MIN);
  return { from, to, low, high };
}

/** A range of at least and at most some length, moved into another. */
function clamped(low: number, high: number, first: number, last: number, least: number) {
  const span = Math.min(Math.max(high - low, least), last - first);
  const middle = (low + high) / 2;
  const start = Math.min(Math.max(middle - span / 2, first), last - span);
  return [start, start + span] as const;
}
