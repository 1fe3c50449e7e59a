/**
 * Every rectangle as a dot of how long it lives and how large it is, both by powers of two, and over
 * them the share of rectangles, and of bytes, that live no longer.
 */

import type { Coloring, Pane, Report } from "./document.ts";
import { bytes, count } from "./format.ts";
import { stepsOf } from "./habits.ts";
import { groupOf } from "./ink.ts";
import type { Theme } from "./theme.ts";
import type { Box } from "./view.ts";

/** The powers of two at the edges of the picture. */
interface Powers {
  readonly box: Box;
  readonly steps: readonly [number, number];
  readonly sizes: readonly [number, number];
}

const DOT = 5;
/** A click so far from a dot still means it. */
const NEAR = 8;
const MARGIN = { left: 64, right: 44, top: 8, bottom: 24 };

/** What a picture of this size shows of a pane. */
export function powersOf(pane: Pane, width: number, height: number): Powers {
  const { count, size } = pane.columns;
  let [longest, least, most] = [1, Infinity, 1];
  for (let row = 0; row < count; row++) {
    longest = Math.max(longest, stepsOf(pane, row));
    [least, most] = [Math.min(least, size[row]!), Math.max(most, size[row]!)];
  }
  const { left, right, top, bottom } = MARGIN;
  const box = { x: left, y: top, w: width - left - right, h: height - top - bottom };
  const low = Math.log2(Math.min(least, most)) - 0.5;
  return { box, steps: [-0.5, Math.log2(longest) + 0.5], sizes: [low, Math.log2(most) + 0.5] };
}

/** Where the dot of a rectangle is. */
export function dotOf(powers: Powers, steps: number, size: number): { x: number; y: number } {
  const { box: { x, y, w, h }, steps: [from, to], sizes: [low, high] } = powers;
  return {
    x: x + (Math.log2(steps) - from) / (to - from) * w,
    y: y + h - (Math.log2(size) - low) / (high - low) * h,
  };
}

/** The rectangle whose dot is next to a point; −1 if there is none. */
export function rowNear(pane: Pane, powers: Powers, at: { x: number; y: number }): number {
  let [near, least] = [-1, NEAR ** 2];
  for (let row = 0; row < pane.columns.count; row++) {
    const { x, y } = dotOf(powers, stepsOf(pane, row), pane.columns.size[row]!);
    const distance = (x - at.x) ** 2 + (y - at.y) ** 2;
    if (distance < least) [near, least] = [row, distance];
  }
  return near;
}

/** Draws all of it. */
export function drawScatter(
  context: CanvasRenderingContext2D,
  report: Report,
  pane: Pane,
  coloring: Coloring,
  powers: Powers,
  theme: Theme,
): void {
  const { x, y, w, h } = powers.box;
  context.fillStyle = theme.field;
  context.fillRect(x, y, w, h);
  for (let row = 0; row < pane.columns.count; row++) {
    const dot = dotOf(powers, stepsOf(pane, row), pane.columns.size[row]!);
    context.fillStyle = report.palette[groupOf(pane, row, coloring)]!.fill;
    context.fillRect(Math.round(dot.x) - 2, Math.round(dot.y) - 2, DOT, DOT);
  }
  const { rows, held } = shares(pane, powers);
  drawCurve(context, powers.box, rows, theme.text);
  drawCurve(context, powers.box, held, theme.bound);
  drawLabels(context, powers, theme);
}

/** By columns of the picture: the share of rectangles, and of their bytes, that live no longer. */
function shares(pane: Pane, powers: Powers): { rows: Float64Array; held: Float64Array } {
  const width = Math.max(1, Math.round(powers.box.w));
  const [rows, held] = [new Float64Array(width), new Float64Array(width)];
  for (let row = 0; row < pane.columns.count; row++) {
    const size = pane.columns.size[row]!;
    const at = Math.floor(dotOf(powers, stepsOf(pane, row), size).x - powers.box.x);
    const column = Math.min(Math.max(at, 0), width - 1);
    rows[column]! += 1;
    held[column]! += size;
  }
  for (const sums of [rows, held]) {
    for (let at = 1; at < width; at++) sums[at]! += sums[at - 1]!;
    const all = sums[width - 1]!;
    sums.forEach((sum, at) => sums[at] = all === 0 ? 0 : sum / all);
  }
  return { rows, held };
}

function drawCurve(
  context: CanvasRenderingContext2D,
  { x, y, h }: Box,
  shares: Float64Array,
  color: string,
): void {
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.beginPath();
  shares.forEach((share, at) => context.lineTo(x + at, y + h - share * h));
  context.stroke();
}

function drawLabels(context: CanvasRenderingContext2D, powers: Powers, theme: Theme): void {
  const { box: { x, y, w, h }, steps, sizes } = powers;
  context.font = "11px system-ui, sans-serif";
  context.fillStyle = theme.quiet;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const power of between(sizes, h / 28)) {
    context.fillText(bytes(2 ** power), x - 8, dotOf(powers, 1, 2 ** power).y);
  }
  context.textAlign = "left";
  for (const share of [0, 50, 100]) {
    context.fillText(`${share} %`, x + w + 6, y + h - share / 100 * h);
  }
  context.textBaseline = "top";
  context.textAlign = "center";
  for (const power of between(steps, w / 60)) {
    context.fillText(count(2 ** power), dotOf(powers, 2 ** power, 1).x, y + h + 6);
  }
}

/** At most so many whole powers between two. */
function between([from, to]: readonly [number, number], most: number): number[] {
  const [first, last] = [Math.max(0, Math.ceil(from)), Math.floor(to)];
  const by = Math.max(1, Math.ceil((last - first + 1) / most));
  return Array.from({ length: Math.ceil((last - first + 1) / by) }, (_, nth) => first + nth * by);
}
