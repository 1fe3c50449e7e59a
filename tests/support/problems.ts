/** Problems for tests: the same in every runtime. */

import type { Columns } from "../../ts/mod.ts";

/** Buffers drawn from a small generator, each live for up to so many steps. */
export function drawn(count: number, seed: number = 1, steps: number = 50): Columns {
  let state = seed;
  const next = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  const starts = Uint32Array.from({ length: count }, () => next(count));
  return {
    sizes: Float64Array.from({ length: count }, () => next(1 << 20)),
    starts,
    ends: starts.map((start) => start + 1 + next(steps)),
  };
}

/** Such that `skyline_restarts` goes on to its time limit, and `auto` for some hundredths of a second. */
export const hard: Columns = drawn(3000, 7, 900);
