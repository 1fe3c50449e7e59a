/** The colour of each rectangle. */

import type { Color, Coloring, Pane } from "./document.ts";

/** A colour such as `#4269d0` as a pixel. */
export function pixelOf(color: string): number {
  const digits = color.length === 4 ? color.replace(/[0-9a-f]/gi, "$&$&") : color;
  const rgb = Number.parseInt(digits.slice(1), 16);
  return (0xff000000 | (rgb & 0xff) << 16 | (rgb & 0xff00) | rgb >>> 16) >>> 0;
}

/** The group of a row. */
export function groupOf(pane: Pane, row: number, coloring: Coloring): number {
  const { op, size } = pane.columns;
  const { of_op, classes } = coloring;
  if (of_op.length > 0) return of_op[op[row] === 0 ? of_op.length - 1 : op[row]! - 1]!;
  let group = 0;
  while (group < classes.length && size[row]! > classes[group]!) group++;
  return group;
}

/**
 * The pixels of all rows. Neighbours of one group differ in shade; what is not found by a search
 * steps back.
 */
export function inkOf(
  pane: Pane,
  coloring: Coloring,
  palette: readonly Color[],
  field: number,
  found: Uint8Array | null,
): Uint32Array {
  const full = palette.map((color) => pixelOf(color.fill));
  const shades = [full, full.map((color) => blend(color, field, 0.18))];
  const faded = shades.map((colors) => colors.map((color) => blend(color, field, 0.85)));
  const ink = new Uint32Array(pane.columns.count);
  for (let row = 0; row < ink.length; row++) {
    const set = found === null || found[row] === 1 ? shades : faded;
    ink[row] = set[pane.columns.buffer[row]! & 1]![groupOf(pane, row, coloring)]!;
  }
  return ink;
}

function blend(a: number, b: number, share: number): number {
  let mixed = 0xff000000;
  for (const shift of [0, 8, 16]) {
    const [from, to] = [a >>> shift & 0xff, b >>> shift & 0xff];
    mixed |= Math.round(from + (to - from) * share) << shift;
  }
  return mixed >>> 0;
}
