/** What is said of plans, of buffers, and of who is live at a step. */

import type { Ops, Pane, Report } from "./document.ts";
import { rowOf, rowsAt, type Spot } from "./find.ts";
import { bytes, bytesExact, count, counted, share } from "./format.ts";
import { maxOf } from "./load.ts";

/** Lines of a name and a text. */
export type Lines = readonly (readonly [string, string])[];

/** What is said of a plan. */
export function ofPlan(pane: Pane): Lines {
  const max = maxOf(pane.load);
  const gap = pane.peak - pane.lower_bound;
  const lines: [string, string][] = [
    ["buffers", count(pane.buffers)],
    ["peak", bytesExact(pane.peak)],
    ["lower bound", `${bytes(pane.lower_bound)} by ${pane.certificate}`],
    ["gap", gap === 0 ? "none: proven optimal" : `${bytes(gap)}, ${share(gap, pane.lower_bound)}`],
    ["max load", `${bytes(max.bytes)} at step ${count(max.step)}`],
    ["fragmentation", share(pane.peak - max.bytes, pane.peak)],
  ];
  if (pane.capacity !== null) lines.push(["capacity", bytesExact(pane.capacity)]);
  return lines;
}

/** What a buffer is called. */
export function nameOf(report: Report, { pane, row }: Spot): string {
  const { columns, ids } = report.panes[pane]!;
  return `buffer ${ids[columns.buffer[row]!] ?? columns.buffer[row]!}`;
}

/** What is said of a buffer. */
export function ofBuffer(report: Report, spot: Spot): Lines {
  const { columns } = report.panes[spot.pane]!;
  const at = <T>(column: ArrayLike<T>): T => column[spot.row]!;
  const [start, end, offset, size] = [columns.start, columns.end, columns.offset, columns.size].map(
    at,
  ) as [number, number, number, number];
  return [
    ...ofOp(report.ops, at(columns.op)),
    ["size", bytesExact(size)],
    ["offset", `${count(offset)} (0x${offset.toString(16)})`],
    ["top", count(offset + size)],
    ["live", `[${count(start)}, ${count(end)}), ${counted(end - start, "step")}`],
    ...elsewhere(report, spot),
  ];
}

function ofOp(ops: Ops, op: number): Lines {
  if (op === 0) return [];
  const name = `${ops.names[ops.name[op - 1]!]!}#${ops.ordinal[op - 1]!}`;
  return [["op", name], ["module", ops.modules[ops.module[op - 1]!]!]];
}

/** Where the same buffer is in the other panes. */
function elsewhere(report: Report, { pane, row }: Spot): Lines {
  if (!report.same_buffers) return [];
  const buffer = report.panes[pane]!.columns.buffer[row]!;
  return report.panes.flatMap((other, idx): Lines => {
    const there = idx === pane ? -1 : rowOf(other, buffer);
    return there < 0 ? [] : [[`in ${other.name}`, `offset ${count(other.columns.offset[there]!)}`]];
  });
}

/** Those who are live at a step and have something in common. */
export interface Party {
  readonly name: string;
  readonly bytes: number;
  readonly rows: readonly number[];
}

/** Who is live at a step, by op or by module, those with the most bytes first. */
export function liveAt(report: Report, pane: Pane, step: number, by: "op" | "module"): Party[] {
  const { names, name, modules, module } = report.ops;
  const [texts, of] = by === "op" ? [names, name] : [modules, module];
  const parties = new Map<string, { name: string; bytes: number; rows: number[] }>();
  for (const row of rowsAt(pane, step)) {
    const op = pane.columns.op[row]!;
    const called = op === 0 ? "unknown" : texts[of[op - 1]!]!;
    const party = parties.get(called) ?? { name: called, bytes: 0, rows: [] };
    party.bytes += pane.columns.size[row]!;
    party.rows.push(row);
    parties.set(called, party);
  }
  return [...parties.values()].sort((a, b) => b.bytes - a.bytes);
}
