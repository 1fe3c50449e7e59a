/**
 * The problem that the benches of the shell and of TypeScript plan.
 *
 * @module
 */

/** CSV of buffers as they come in inference: sizes over four orders, most short-lived. */
export function problem(count) {
  let state = 1;
  const next = (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  const lines = ["id,lower,upper,size"];
  for (let id = 0; id < count; id++) {
    const start = next(2 * count);
    const end = start + 1 + (next(10) === 0 ? next(Math.ceil(count / 10)) : next(20));
    lines.push(`${id},${start},${end},${(1 + next(100)) * 64 * 4 ** next(5)}`);
  }
  return `${lines.join("\n")}\n`;
}
