/** The load over time: below each map, and as the minimap of all of it. */

import type { Pane } from "./document.ts";
import { loadColumns } from "./load.ts";
import { drawLines } from "./map.ts";
import type { Theme } from "./theme.ts";
import { type Box, type View, xOf } from "./view.ts";

/** Draws the load of a pane in a view of all bytes, with its peak and lower bound. */
export function drawLoad(
  context: CanvasRenderingContext2D,
  pane: Pane,
  box: Box,
  view: View,
  theme: Theme,
): void {
  drawCurve(context, pane, box, view, theme);
  drawLines(context, pane, box, view, theme);
}

/** Draws the load of a pane over all time, and what part of it is in view. */
export function drawMinimap(
  context: CanvasRenderingContext2D,
  pane: Pane,
  box: Box,
  all: View,
  view: View,
  theme: Theme,
): void {
  drawCurve(context, pane, box, all, theme);
  const left = xOf(all, box, view.from);
  const width = Math.max(3, xOf(all, box, view.to) - left);
  context.strokeStyle = theme.text;
  context.lineWidth = 1.5;
  context.strokeRect(left, box.y, width, box.h);
}

function drawCurve(
  context: CanvasRenderingContext2D,
  pane: Pane,
  box: Box,
  view: View,
  theme: Theme,
): void {
  context.fillStyle = theme.field;
  context.fillRect(box.x, box.y, box.w, box.h);
  context.fillStyle = theme.load;
  const columns = loadColumns(pane.load, view.from, view.to, Math.max(1, Math.round(box.w)));
  columns.forEach((load, column) => {
    const height = load / view.high * box.h;
    context.fillRect(box.x + column, box.y + box.h - height, 1, height);
  });
}
