/**
 * Spreads three buffers over two arenas. Runs in Node, Bun and Deno (`--allow-ffi`).
 *
 * @module
 */

// Outside this repository: from "@memo/malloc".
import { plan } from "../ts/mod.ts";

const answer = plan({
  buffers: [
    { id: "weights", size: 4096, intervals: [[0, 3], [8, 9]] },
    { id: "input", size: 1024, start: 0, end: 4, tiers: ["sram"] },
    { id: "output", size: 1024, start: 3, end: 9, sharesWith: "input" },
  ],
  apart: [["weights", "output"]],
  tiers: [{ name: "sram", capacity: 2048, cost: 1 }, { name: "psram", cost: 10 }],
});
if (answer.status === "optimal") {
  console.log(`cost ${answer.cost}, tiers ${answer.tiers}, offsets ${answer.offsets}`);
}
