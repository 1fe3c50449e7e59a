/** The labels of time and of bytes. */

import { bytes, count } from "./format.ts";
import type { Theme } from "./theme.ts";
import { type Box, type View, xOf, yOf } from "./view.ts";

const FONT = "11px system-ui, sans-serif";

/** Draws both axes around a map. */
export function drawAxes(
  context: CanvasRenderingContext2D,
  box: Box,
  view: View,
  theme: Theme,
): void {
  context.font = FONT;
  context.fillStyle = theme.quiet;
  context.textBaseline = "middle";
  context.textAlign = "right";
  const unit = 2 ** Math.ceil(Math.log2(Math.max(1, (view.high - view.low) / (box.h / 44))));
  const levels = ticks(view.low, view.high, unit);
  const isFine = new Set(levels.map(bytes)).size < levels.length;
  for (const byte of levels) {
    context.fillText(isFine ? count(byte) : bytes(byte), box.x - 8, yOf(view, box, byte));
  }
  context.textBaseline = "top";
  context.textAlign = "center";
  const span = decimal((view.to - view.from) / (box.w / 90));
  for (const step of ticks(view.from, view.to, span)) {
    context.fillText(count(step), xOf(view, box, step), box.y + box.h + 6);
  }
}

/** The multiples of a unit in a range. */
function ticks(from: number, to: number, unit: number): number[] {
  const first = Math.ceil(from / unit);
  return Array.from(
    { length: Math.floor(to / unit) - first + 1 },
    (_, nth) => (first + nth) * unit,
  );
}

/** 1, 2 or 5 times a power of ten, at least as large as a value and at least 1. */
function decimal(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return [1, 2, 5, 10].map((digit) => digit * power).find((unit) => unit >= value) ?? power;
}
