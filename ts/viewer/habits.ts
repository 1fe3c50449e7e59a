/** How buffers behave: how long they live and how large they are, by group, and who stands out. */

import type { Coloring, Pane } from "./document.ts";
import { groupOf } from "./ink.ts";

/** What the rectangles of one group have in common. */
export interface Habit {
  readonly group: number;
  readonly rows: number;
  readonly bytes: number;
  readonly largest: number;
  /** Half of them live no longer. */
  readonly median: number;
  readonly longest: number;
}

/** The steps that a rectangle lives. */
export function stepsOf({ columns }: Pane, row: number): number {
  return columns.end[row]! - columns.start[row]!;
}

/** The groups of a pane, those of most bytes first. */
export function habitsOf(pane: Pane, coloring: Coloring): Habit[] {
  const rows: number[][] = coloring.labels.map(() => []);
  for (let row = 0; row < pane.columns.count; row++) rows[groupOf(pane, row, coloring)]!.push(row);
  const used = rows.map((rows, group) => ({ rows, group })).filter(({ rows }) => rows.length > 0);
  const habits = used.map(({ rows, group }): Habit => {
    const steps = Uint32Array.from(rows, (row) => stepsOf(pane, row)).sort();
    const sizes = rows.map((row) => pane.columns.size[row]!);
    return {
      group,
      rows: rows.length,
      bytes: sizes.reduce((sum, size) => sum + size, 0),
      largest: sizes.reduce((most, size) => Math.max(most, size), 0),
      median: steps[(steps.length - 1) >> 1]!,
      longest: steps.at(-1)!,
    };
  });
  return habits.sort((a, b) => b.bytes - a.bytes);
}

/** The rectangles that hold most bytes for most steps: what to drop and make again pays there. */
export function outliersOf(pane: Pane, most: number): number[] {
  const held = (row: number): number => pane.columns.size[row]! * stepsOf(pane, row);
  const found: number[] = [];
  for (let row = 0; row < pane.columns.count; row++) {
    if (found.length === most && held(row) <= held(found[most - 1]!)) continue;
    const after = found.findIndex((other) => held(other) < held(row));
    found.splice(after < 0 ? found.length : after, 0, row);
    found.length = Math.min(found.length, most);
  }
  return found;
}
