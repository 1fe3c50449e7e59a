/** Processes that end in the middle of something, in the way that their first argument asks for. */

import process from "node:process";
import { isMainThread, Worker } from "node:worker_threads";

/** What is in the middle of being done, and how it ends. */
interface Ending {
  /** The file that calls, which a worker runs as well. */
  readonly script: string;
  /** Starts something that goes on for long, and comes back once it does. */
  begin(how: string): Promise<void>;
  /** Milliseconds for threads of the library to go on in after their worker has ended so. */
  after(how: string): number;
}

/** Ends this process, or a worker of it, once something has begun. */
export async function endDuring({ script, begin, after }: Ending): Promise<void> {
  const how = process.argv[2] ?? "exit";
  if (!isMainThread) {
    const { parentPort } = await import("node:worker_threads");
    await begin(how);
    parentPort?.postMessage("begun");
    return;
  }
  // The library is opened by the worker alone, so that it could be unloaded with it.
  const worker = how.startsWith("worker") ? await begunWorker(script, how) : await begin(how);
  process.stdout.write("started\n");
  if (how.startsWith("throw")) throw new Error("on purpose");
  if (worker) {
    await worker.terminate();
    await passed(after(how));
  }
  process.exit(7);
}

async function begunWorker(script: string, how: string): Promise<Worker> {
  const worker = new Worker(new URL(script), { argv: [how] });
  await new Promise((resolve) => worker.once("message", resolve));
  return worker;
}

/** So many milliseconds. */
export function passed(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
