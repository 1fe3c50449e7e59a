/** The map of a pane: its rectangles, their names, the peak, the lower bound, what is chosen. */

import type { Coloring, Pane, Report } from "./document.ts";
import { extentOf } from "./find.ts";
import { groupOf } from "./ink.ts";
import { draw, type Raster } from "./raster.ts";
import type { Theme } from "./theme.ts";
import { type Box, type View, xOf, yOf } from "./view.ts";

/** The last picture of a pane, kept while only what lies over it changes. */
export interface Picture {
  readonly image: ImageData;
  /** The rows with room for a name. */
  readonly named: readonly number[];
}

const NAME_FONT = "11px system-ui, sans-serif";
/** The least room for a name, in pixels. */
const ROOM = { w: 54, h: 13 };
/** Most names of one map: each costs as much as thousands of pixels. */
const NAMES_MAX = 400;

/** Draws the rectangles of a pane. */
export function picture(
  pane: Pane,
  ink: Uint32Array,
  box: Box,
  view: View,
  background: number,
  ratio: number,
): Picture {
  const image = new ImageData(Math.round(box.w * ratio), Math.round(box.h * ratio));
  const pixels = new Uint32Array(image.data.buffer);
  const raster: Raster = { width: image.width, height: image.height, pixels };
  const large = { w: ROOM.w * ratio, h: ROOM.h * ratio };
  return { image, named: draw(raster, pane.columns, ink, view, background, large) };
}

/** Draws the names of rectangles that have room for them. */
export function drawNames(
  context: CanvasRenderingContext2D,
  report: Report,
  pane: Pane,
  { named }: Picture,
  coloring: Coloring,
  box: Box,
  view: View,
): void {
  context.font = NAME_FONT;
  context.textBaseline = "middle";
  context.textAlign = "left";
  for (const row of named.slice(0, NAMES_MAX)) {
    const { x, y, w, h } = boxOf(pane, row, box, view);
    context.fillStyle = report.palette[groupOf(pane, row, coloring)]!.ink;
    context.fillText(fitted(label(report, pane, row), w - 8), x + 4, y + h / 2, w - 8);
  }
}

function label({ ops }: Report, { columns, ids }: Pane, row: number): string {
  const [op, buffer] = [columns.op[row]!, columns.buffer[row]!];
  return op === 0 ? ids[buffer] ?? String(buffer) : ops.names[ops.name[op - 1]!]!;
}

/** As much of a text as fits, at 6 pixels a letter: measuring each would take longer than drawing. */
function fitted(text: string, width: number): string {
  const letters = Math.max(1, Math.floor(width / 6));
  return text.length <= letters ? text : `${text.slice(0, letters - 1)}…`;
}

/** Draws the peak and the lower bound. */
export function drawLines(
  context: CanvasRenderingContext2D,
  pane: Pane,
  box: Box,
  view: View,
  theme: Theme,
): void {
  context.save();
  line(context, box, yOf(view, box, pane.peak), theme.peak);
  context.setLineDash([6, 4]);
  line(context, box, yOf(view, box, pane.lower_bound), theme.bound);
  context.restore();
}

/** A line across a box, if it is in it. */
function line(
  context: CanvasRenderingContext2D,
  box: Box,
  y: number,
  color: string,
): void {
  if (y < box.y - 1 || y > box.y + box.h + 1) return;
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(box.x, y);
  context.lineTo(box.x + box.w, y);
  context.stroke();
}

/** Draws a frame around all rectangles of the buffer that a row belongs to. */
export function drawFrame(
  context: CanvasRenderingContext2D,
  pane: Pane,
  buffer: number,
  box: Box,
  view: View,
  color: string,
): void {
  context.save();
  context.beginPath();
  context.rect(box.x, box.y, box.w, box.h);
  context.clip();
  context.strokeStyle = color;
  context.lineWidth = 2;
  for (let row = 0; row < pane.columns.count; row++) {
    if (pane.columns.buffer[row] !== buffer) continue;
    const { x, y, w, h } = boxOf(pane, row, box, view);
    context.strokeRect(x, y, Math.max(w, 2), Math.max(h, 2));
  }
  context.restore();
}

/** Where a row is, as far as it is in the box. */
function boxOf(pane: Pane, row: number, box: Box, view: View): Box {
  const { from, to, low, high } = extentOf(pane, row);
  // A pixel beyond each edge, so that a frame is not closed where the rectangle goes on.
  const limit = (value: number, first: number, last: number): number =>
    Math.min(Math.max(value, first - 4), last + 4);
  const [left, right] = [from, to].map((step) => limit(xOf(view, box, step), box.x, box.x + box.w));
  const [upper, lower] = [high, low].map((byte) =>
    limit(yOf(view, box, byte), box.y, box.y + box.h)
  );
  return { x: left!, y: upper!, w: right! - left!, h: lower! - upper! };
}
