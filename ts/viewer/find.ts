/** Finding rectangles: under the pointer, by a step, by text. */

import type { Ops, Pane, Report } from "./document.ts";
import type { View } from "./view.ts";

/** A rectangle of a pane. */
export interface Spot {
  readonly pane: number;
  readonly row: number;
}

/** The row at a step and a byte, or the last one within a distance of it; −1 if there is none. */
export function rowAt(
  pane: Pane,
  step: number,
  byte: number,
  within: { readonly steps: number; readonly bytes: number },
): number {
  const { count, start, end, offset, size } = pane.columns;
  let near = -1;
  for (let row = 0; row < count && start[row]! <= step + within.steps; row++) {
    if (end[row]! <= step - within.steps) continue;
    const [low, high] = [offset[row]!, offset[row]! + size[row]!];
    if (high <= byte - within.bytes || low > byte + within.bytes) continue;
    near = row;
    if (start[row]! <= step && step < end[row]! && low <= byte && byte < high) return row;
  }
  return near;
}

/** The rows that are live at a step. */
export function rowsAt(pane: Pane, step: number): number[] {
  const { count, start, end } = pane.columns;
  const rows: number[] = [];
  for (let row = 0; row < count && start[row]! <= step; row++) {
    if (end[row]! > step) rows.push(row);
  }
  return rows;
}

/** The first row of a buffer; −1 if it has none. */
export function rowOf(pane: Pane, buffer: number): number {
  return pane.columns.buffer.indexOf(buffer);
}

/** What a search found: of each pane, 1 for each row found, and these in order. */
export interface Found {
  readonly marks: readonly Uint8Array[];
  readonly spots: readonly Spot[];
}

/**
 * The rectangles whose op, module or id contains the text, in any case; `#` and an index is one
 * buffer.
 */
export function search(report: Report, text: string): Found {
  const wanted = text.toLowerCase();
  const index = /^#\d+$/.test(wanted) ? Number(wanted.slice(1)) : -1;
  const contains = (name: string): boolean => name.toLowerCase().includes(wanted);
  const ops = opsWith(report.ops, contains);
  const spots: Spot[] = [];
  const marks = report.panes.map(({ columns, ids }, pane) => {
    const marks = new Uint8Array(columns.count);
    const named = ids.map(contains);
    for (let row = 0; row < marks.length; row++) {
      const buffer = columns.buffer[row]!;
      if (buffer !== index && ops[columns.op[row]!] !== 1 && named[buffer] !== true) continue;
      marks[row] = 1;
      spots.push({ pane, row });
    }
    return marks;
  });
  return { marks, spots };
}

/** By one more than the index of an op, as in columns: whether its name or module is wanted. */
function opsWith(ops: Ops, wanted: (name: string) => boolean): Uint8Array {
  const [names, modules] = [ops.names.map(wanted), ops.modules.map(wanted)];
  const found = new Uint8Array(ops.name.length + 1);
  ops.name.forEach((name, op) => {
    if (names[name]! || modules[ops.module[op]!]!) found[op + 1] = 1;
  });
  return found;
}

/** When and where a row is. */
export function extentOf(pane: Pane, row: number): View {
  const { start, end, offset, size } = pane.columns;
  const low = offset[row]!;
  return { from: start[row]!, to: end[row]!, low, high: low + size[row]! };
}
