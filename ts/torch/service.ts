/**
 * The service: every run of a model is planned and served, and counted.
 *
 * @module
 */

import type { Octets } from "../native/symbols.ts";
import { badArgument, checkOptions, duration, integer, shown, WORD_MAX } from "../numbers.ts";
import { copied, pathOf, text } from "../texts.ts";
import { succeed, torch } from "./library.ts";

/** How to serve. */
export interface ServiceOptions {
  /**
   * A folder for plans, made if missing, whose plans serve from the first run on. They last as long
   * as the process when left out.
   */
  readonly plans?: string | URL | undefined;
  /** How many plans are kept in memory; 256 when left out. */
  readonly plansMax?: number | undefined;
  /** Most bytes that all slabs may have together; no limit when left out. */
  readonly memoryLimit?: number | undefined;
  /** Seconds after which unused slabs are given back; 60 when left out. */
  readonly trimAfter?: number | undefined;
  /** Seconds that a plan may take, in the background; 1 when left out. */
  readonly planningLimit?: number | undefined;
}

/** Counts since the service was enabled. */
export interface Stats {
  /** Runs begun. */
  readonly scopes: number;
  /** Runs served from a plan. */
  readonly served: number;
  /** Runs recorded. */
  readonly recorded: number;
  /** Runs that came while their model and shapes had no plan yet. */
  readonly unplanned: number;
  /** Runs that got no slab: over the memory limit, or the system had none. */
  readonly noSlab: number;
  /** Requests served from slabs. */
  readonly hits: number;
  /** Bytes served from slabs. */
  readonly bytes: number;
  /** Requests within served runs that went to LibTorch's own allocator, by reason. */
  readonly fallbacks: Fallbacks;
  /** Frees of what was no live block; nothing was done. */
  readonly badFrees: number;
  /** Plans in memory. */
  readonly plans: number;
  /** Plans made, those made anew included. */
  readonly planned: number;
  /** Plans found in the folder that can be used here. */
  readonly loaded: number;
  /** Plans saved to the folder. */
  readonly saved: number;
  /** Files that could not be used or written, and why; at most 16. */
  readonly refusedPlans: readonly string[];
  /** Slabs there are. */
  readonly slabs: number;
  /** Bytes of these slabs, all resident. */
  readonly slabBytes: number;
  /** Most runs ever served at once. */
  readonly mostAtOnce: number;
}

/** Requests that were not served, by reason. */
export interface Fallbacks {
  /** As planned: the block outlives the run. */
  readonly escape: number;
  /** Not among the requests planned next. */
  readonly unexpected: number;
  /** Its bytes are still in use. */
  readonly occupied: number;
  /** All planned requests had come. */
  readonly pastEnd: number;
  /** The run differed too much; the plan was off until the next one. */
  readonly off: number;
}

/** How many threads compute. */
export interface Threads {
  /** How many one op may use. */
  readonly ofOp?: number | undefined;
  /** How many models run at once on threads of the library. */
  readonly atOnce?: number | undefined;
}

/**
 * From now on the first run of a model with inputs of some shapes is recorded and planned in the
 * background, and the next ones are served from one slab. Another call replaces the options.
 */
export function enable(options: ServiceOptions = {}): void {
  checkOptions(options);
  const { plans, plansMax = 0, memoryLimit = Infinity, trimAfter, planningLimit } = options;
  const folder = plans === undefined ? null : text(pathOf(plans, "plans"), "plans");
  const limit = memoryLimit === Infinity
    ? memoryLimit
    : integer(memoryLimit, Number.MAX_SAFE_INTEGER, () => "memoryLimit");
  succeed(
    torch().memo_torch_enable(
      folder,
      integer(plansMax, WORD_MAX, () => "plansMax"),
      limit,
      seconds(trimAfter, "trimAfter"),
      seconds(planningLimit, "planningLimit"),
    ),
  );
}

/** Runs from now on are as without the service. What has begun goes on to its end. */
export function disable(): void {
  succeed(torch().memo_torch_disable());
}

/** Waits, on this thread, until every run recorded so far has been planned. */
export function settle(): void {
  succeed(torch().memo_torch_settle());
}

/** Gives slabs back that have not been used since the last trim; their bytes. */
export function trim(): number {
  const bytes = new Float64Array(1);
  succeed(torch().memo_torch_trim(bytes));
  return bytes[0] ?? 0;
}

/** What the service has done; `null` when it is not enabled. */
export function stats(): Stats | null {
  return camelCased(JSON.parse(told(torch().memo_torch_stats_json))) as Stats | null;
}

/** The same as a few lines for people. */
export function summary(): string {
  return told(torch().memo_torch_stats_text);
}

/** Sets how many threads compute. To be called before models run. */
export function setThreads(threads: Threads): void {
  checkOptions(threads);
  const { ofOp = 0, atOnce = 0 } = threads;
  const counts = [
    integer(ofOp, WORD_MAX, () => "ofOp"),
    integer(atOnce, WORD_MAX, () => "atOnce"),
  ] as const;
  succeed(torch().memo_torch_set_threads(...counts));
}

/** The name and version of the LibTorch that the library was built for, such as `libtorch 2.4.1`. */
export function version(): string {
  return copied((to, capacity) => torch().memo_torch_version(to, capacity));
}

/** A number of seconds; `NaN`, which stands for the default, when left out. */
function seconds(given: unknown, name: string): number {
  const found = given === undefined ? NaN : duration(given, name);
  if (found === Infinity) throw badArgument(`${name} ${shown(given)} must be finite`);
  return found;
}

function told(
  tell: (to: Octets, capacity: number, length: Uint32Array<ArrayBuffer>) => number,
): string {
  return copied((to, capacity) => {
    const length = new Uint32Array(1);
    succeed(tell(to, capacity, length));
    return length[0] ?? 0;
  });
}

/** A value whose fields have names as they are usual here: `no_slab` becomes `noSlab`. */
function camelCased(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const fields = Object.entries(value).map(([name, field]) => [
    name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    camelCased(field),
  ]);
  return Object.fromEntries(fields);
}
