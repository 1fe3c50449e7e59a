/** Ends in the middle of a run, in the way that is asked for. */

import process from "node:process";
import { isMainThread, Worker } from "node:worker_threads";
import { Model } from "../../ts/torch.ts";
import { modelFile, sequence } from "./support.ts";

/** Starts runs that take a while together. */
function begun(borrow: boolean): void {
  const model = Model.load(modelFile("attention"));
  for (let run = 0; run < 4; run++) model.run([sequence()], { borrow });
}

async function end(how: string): Promise<void> {
  if (how.startsWith("worker")) return endWorker(how);
  begun(how.endsWith("-borrow"));
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.stdout.write("started\n");
  if (how.startsWith("throw")) throw new Error("on purpose");
  process.exit(7);
}

/** The library is opened by the worker alone, so that it could be unloaded with it. */
async function endWorker(how: string): Promise<void> {
  const worker = new Worker(new URL(import.meta.url), { argv: [how] });
  await new Promise((resolve) => worker.once("message", resolve));
  process.stdout.write("started\n");
  await worker.terminate();
  // The threads of the library go on, in code that must still be there.
  await new Promise((resolve) => setTimeout(resolve, how.startsWith("worker-exit") ? 50 : 2000));
  process.exit(7);
}

if (isMainThread) {
  await end(process.argv[2] ?? "exit");
} else {
  const { parentPort } = await import("node:worker_threads");
  begun(process.argv[2]?.endsWith("-borrow") ?? false);
  parentPort?.postMessage("begun");
}
