/**
 * How the TypeScript package behaves in each runtime: `node bench/ts/behave.mjs [ROUNDS]`.
 *
 * From before the import of the package as npm ships it to the first plan, in fresh processes; from an
 * abort to the rejection of its promise; how long `planAsync` takes to copy a million buffers; how late
 * timers come while a plan takes five seconds, while two take all processors, while a million are planned, and without any; how much resident memory grows over
 * 80,000 plans. Each is measured in processes of its own, the runtimes in
 * turns; printed are medians with the least and the most.
 *
 * @module
 */

import { must, NPM } from "../../scripts/lib/command.mjs";
import { buildAddon } from "../../scripts/lib/rust.mjs";
import { installPackages, RUNTIMES } from "../../scripts/lib/runtimes.mjs";

const [rounds = "5"] = process.argv.slice(2);

/** What is measured: how often in a round, what is printed of its numbers, and the unit. */
const MEASURES = {
  import: { title: "import to first plan", unit: "ms", times: 4, of: (all) => all },
  abort: { title: "abort to rejection", unit: "ms", times: 1, of: (all) => all },
  columns: {
    title: "until a million in columns is copied",
    unit: "ms",
    times: 1,
    of: (all) => all,
  },
  objects: { title: "until a million objects are copied", unit: "ms", times: 1, of: (all) => all },
  blocked: {
    title: "the latest timer in a plan of 5 s",
    unit: "ms",
    times: 1,
    of: ([latest]) => [latest],
  },
  crowded: {
    title: "the latest timer in two plans of 5 s on two threads each",
    unit: "ms",
    times: 1,
    of: ([latest]) => [latest],
  },
  million: {
    title: "the latest timer while a million are planned",
    unit: "ms",
    times: 1,
    of: ([latest]) => [latest],
  },
  idle: {
    title: "the latest timer in 5 s without a plan",
    unit: "ms",
    times: 1,
    of: ([latest]) => [latest],
  },
  growth: {
    title: "growth from 20,000 to 100,000 plans",
    unit: "MiB",
    times: 1,
    of: (all) => [(all.at(-1) - all[0]) / 2 ** 20],
  },
};

await installPackages();
const library = await buildAddon("release");
await must(NPM, ["run", "build"], { quiet: true });

async function measure([command, args], what) {
  const env = { MEMO_MALLOC_LIB: library };
  const options = { env, quiet: true, seconds: 120 };
  return JSON.parse(await must(command, [...args, "bench/ts/behave.ts", what], options));
}

for (const [what, { title, unit, times, of }] of Object.entries(MEASURES)) {
  const found = Object.fromEntries(Object.keys(RUNTIMES).map((name) => [name, []]));
  for (let round = 0; round < Number(rounds) * times; round++) {
    for (const [name, runtime] of Object.entries(RUNTIMES)) {
      found[name].push(...of(await measure(runtime, what)));
    }
  }
  console.log(title);
  for (const [name, all] of Object.entries(found)) {
    const sorted = all.sort((a, b) => a - b);
    const at = (share) => sorted[Math.floor(share * (sorted.length - 1))].toFixed(2);
    console.log(`  ${name.padEnd(5)} ${at(0.5)} ${unit} [${at(0)}, ${at(1)}]`);
  }
}
