// Made by memo 0.1.0 from the problem sha256:0f8db0e2fd572c50. Do not edit.

/** Bytes of the arena. */
export const ARENA_BYTES: number = 1536;

/** What the arena itself must be aligned to. */
export const ARENA_ALIGNMENT: number = 64;

/** Where each buffer lies in the arena. */
export const OFFSETS: readonly number[] = [
  0, // x: 1024 bytes, steps [0, 2), conv#0 (a * / b /�#error)
  1024, // y�: 512 bytes, steps [1, 3)
  0, // z: 1024 bytes, steps [2, 4)
];
