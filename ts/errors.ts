/**
 * What this package throws.
 *
 * @module
 */

/** The documented codes, by the number they have in every language. */
export const CODES = {
  101: "EMPTY_LIFETIME",
  102: "BAD_ALIGNMENT",
  103: "PIN_MISALIGNED",
  104: "TOO_LARGE",
  105: "TOO_MANY_BUFFERS",
  106: "UNKNOWN_OP",
  107: "ID_COUNT",
  108: "UNKNOWN_BUFFER",
  109: "BAD_INTERVAL",
  110: "TIED_TO_ITSELF",
  111: "BAD_TIERS",
  112: "NO_TIER",
  113: "COST_TOO_LARGE",
  201: "OFFSET_COUNT",
  202: "OFFSET_MISALIGNED",
  203: "PIN_MOVED",
  204: "OVER_CAPACITY",
  205: "COLLISION",
  206: "PEAK_WRONG",
  207: "BOUND_WRONG",
  208: "REQUEST_MISMATCH",
  209: "REQUEST_COUNT",
  210: "KEY_MISMATCH",
  211: "SHARE_BROKEN",
  212: "NOT_APART",
  213: "TIER_WRONG",
  214: "COST_WRONG",
  301: "UNKNOWN_PLANNER",
  302: "BEYOND_SOLVER",
  303: "TOO_BIG_FOR_PLANNER",
  304: "SOLVER_FAILED",
  305: "INFEASIBLE",
  306: "OUT_OF_ORDER",
  401: "BROKEN_TRACE",
  402: "NO_SLAB",
  403: "SLAB_ALIGNMENT",
  501: "IO",
  502: "UNKNOWN_FORMAT",
  503: "MALFORMED",
  504: "FORMAT_VERSION",
  505: "FILE_EXISTS",
  506: "WRONG_NOUN",
  507: "UNSUPPORTED",
  601: "BAD_ARGUMENT",
  602: "LIBRARY",
  603: "STALE_HANDLE",
  699: "INTERNAL",
  701: "NO_TORCH",
  702: "BAD_MODEL",
  703: "RUN_FAILED",
} as const;

/** The name of a documented code. */
export type Code = (typeof CODES)[keyof typeof CODES];

/** A refusal. Branch on `code`: it stays the same when a message improves. */
export class MemoError extends Error {
  /** `MemoError`. */
  override readonly name = "MemoError";

  /** Which documented error this is. */
  readonly code: Code;

  /** A refusal with this code. */
  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The name of a number that the native library returned. */
export function codeOf(number: number): Code {
  return (CODES as Record<number, Code>)[number] ?? "INTERNAL";
}
