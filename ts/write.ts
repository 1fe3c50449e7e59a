/**
 * Plans as files and pictures.
 *
 * @module
 */

import { renameSync, rmSync, writeFileSync } from "node:fs";
import process from "node:process";
import { MemoError } from "./errors.ts";
import { native, succeed } from "./native.ts";
import type { Octets, TextArguments } from "./native/symbols.ts";
import { badArgument, shown } from "./numbers.ts";
import { checkedRoom, withProblem } from "./open.ts";
import type { Problem, Room, TieredProblem } from "./problem.ts";
import { checkedColumns, idsOf } from "./specs.ts";
import { type PlanToCheck, stated, type TieredPlanToCheck } from "./stated.ts";
import { pathOf, text } from "./texts.ts";

/** How to write a file. */
export interface WriteOptions extends Room {
  /** Whether a file that is there is replaced, in one step. Otherwise it is an error. */
  readonly overwrite?: boolean | undefined;
}

/** How to draw. */
export interface RenderOptions extends Room {
  /** What stands above the picture; `plan` when left out. */
  readonly title?: string | undefined;
  /** `svg`, when left out, or `html`: the same in a page of its own. */
  readonly format?: "svg" | "html" | undefined;
}

/**
 * Writes a plan and its problem to a file that {@link readProblem} and `memo` read. The end of its
 * name says the format: `.json`, `.csv`, `.json.gz`, `.csv.gz`, or `.svg` for a picture.
 *
 * @throws {MemoError} The fault of a plan that is not valid; `UNKNOWN_FORMAT`, `UNSUPPORTED`,
 * `FILE_EXISTS`, `IO`.
 */
export function writePlan(
  path: string | URL,
  problem: Problem | TieredProblem,
  plan: PlanToCheck | TieredPlanToCheck,
  options: WriteOptions = {},
): void {
  const name = pathOf(path, "path");
  const bytes = encodePlan(name, problem, plan, options);
  store(name, bytes, options.overwrite === true);
}

/** What {@link writePlan} writes to a file of this name. */
export function encodePlan(
  name: string,
  problem: Problem | TieredProblem,
  plan: PlanToCheck | TieredPlanToCheck,
  room: Room = {},
): Uint8Array<ArrayBuffer> {
  return encoded(name, "plan", problem, plan, room);
}

/**
 * Draws a plan, as one self-contained text: time to the right, offsets upwards, the load below.
 *
 * @throws {MemoError} The fault of a plan that is not valid.
 */
export function render(
  problem: Problem | TieredProblem,
  plan: PlanToCheck | TieredPlanToCheck,
  options: RenderOptions = {},
): string {
  const room = checkedRoom(options);
  const { title = "plan", format = "svg" } = options;
  if (format !== "svg" && format !== "html") {
    throw badArgument(`format ${shown(format)} must be "svg" or "html"`);
  }
  const picture = new TextDecoder().decode(encoded("plan.svg", title, problem, plan, room));
  return format === "svg" ? picture : page(picture);
}

/** A page that is the picture, under the title that is escaped in it. */
function page(picture: string): string {
  const [title] = /<title>[^]*?<\/title>/.exec(picture) ?? [""];
  return `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n${title}\n${picture}</html>\n`;
}

function encoded(
  name: string,
  title: string,
  problem: Problem | TieredProblem,
  plan: PlanToCheck | TieredPlanToCheck,
  room: Room,
): Octets {
  const checked = checkedRoom(room);
  const [ofName, ofTitle] = [text(name, "name"), text(title, "title")];
  const judged = stated(plan);
  const ids = idsOf(problem);
  const columns = checkedColumns(problem);
  const [handle, byteCount] = [new Uint32Array(1), new Uint32Array(1)];
  const to: TextArguments = [ofName, ofTitle, handle, byteCount];
  withProblem(ids === undefined ? columns : { ...columns, ids }, checked, (id) => {
    succeed(
      judged.tiered
        ? native().memo_plan_text_tiered(id, ...judged.crossing(), ...to)
        : native().memo_plan_text(id, ...judged.crossing(), ...to),
    );
  });
  return taken(handle[0] ?? 0, byteCount[0] ?? 0);
}

/** Copies a text out and closes it. */
function taken(handle: number, byteCount: number): Octets {
  try {
    const bytes = new Uint8Array(new ArrayBuffer(byteCount));
    succeed(native().memo_text_copy(handle, byteCount, bytes));
    return bytes;
  } finally {
    native().memo_text_close(handle);
  }
}

function store(path: string, bytes: Octets, overwrite: boolean): void {
  try {
    if (!overwrite) return writeFileSync(path, bytes, { flag: "wx" });
    // Beside it, so that the file is replaced in one step.
    const beside = `${path}.${process.pid}.part`;
    try {
      writeFileSync(beside, bytes);
      renameSync(beside, path);
    } finally {
      rmSync(beside, { force: true });
    }
  } catch (cause) {
    const { code, message } = cause as Error & { code?: string };
    if (code === "EEXIST") {
      throw new MemoError("FILE_EXISTS", `${path}: the file exists\nfix: overwrite: true`, {
        cause,
      });
    }
    throw new MemoError("IO", `${path}: ${message}`, { cause });
  }
}
