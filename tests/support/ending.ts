/** Ends in the middle of a plan, in the way that is asked for. */

import process from "node:process";
import { isMainThread, Worker } from "node:worker_threads";
import { planAsync } from "../../ts/mod.ts";
import { hard } from "./problems.ts";

/** Starts a plan that goes on for a minute, and comes back once it works. */
function begun(): Promise<void> {
  return new Promise((resolve, reject) => {
    const onProgress = (): void => resolve();
    planAsync(hard, { planner: "auto", timeLimit: 60, onProgress }).catch(reject);
  });
}

async function end(how: string | undefined): Promise<void> {
  if (how === "worker" || how === "worker-exit") return endWorker(how);
  await begun();
  process.stdout.write("started\n");
  if (how === "throw") throw new Error("on purpose");
  process.exit(7);
}

/** The library is opened by the worker alone, so that it could be unloaded with it. */
async function endWorker(how: string): Promise<void> {
  const worker = new Worker(new URL(import.meta.url), { argv: [how] });
  await new Promise((resolve) => worker.once("message", resolve));
  process.stdout.write("started\n");
  await worker.terminate();
  // The planner's thread must be able to see that nobody wants its answer.
  await new Promise((resolve) => setTimeout(resolve, 50));
  process.exit(7);
}

if (isMainThread) {
  await end(process.argv[2]);
} else {
  const { parentPort } = await import("node:worker_threads");
  await begun();
  parentPort?.postMessage("begun");
}
