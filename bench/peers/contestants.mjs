/**
 * Who plans: the planners of `memo` and those of other projects, each in a process of its own.
 *
 * A contestant is `{ name, run }` or, when it cannot take part, `{ name, skip }` with the reason. What
 * runs gets `{ problem, path, load, seconds, threads }` and returns `{ offsets, seconds }`, where the
 * seconds are those of planning alone: without the start of the process, and without its files.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ROOT } from "../../scripts/lib/command.mjs";
import { CACHE } from "../../scripts/libtorch.mjs";
import { readOffsets } from "./problem.mjs";

export const MEMO = join(ROOT, "target/release/memo");

/** A process gets so many times its limit, and so many seconds on top, before it is killed. */
const PATIENCE = { factor: 3, seconds: 30 };

/**
 * The packages that registries have, with the planners run unless others are named. `NAME:THREADS`
 * is given so many threads, whatever the cores.
 */
const PACKAGES = {
  // Apache-2.0. Its `supermalloc` is an exact search over a portfolio of threads.
  omnimalloc: {
    requirement: "omnimalloc==1.0.0",
    script: "peer_omnimalloc.py",
    planners: ["omni", "supermalloc", "supermalloc:12", "tabu_search"],
  },
  // Apache-2.0. A solver for whoever writes the model down and does nothing else.
  ortools: {
    requirement: "ortools==9.15.6755",
    script: "peer_cp_sat.py",
    planners: ["cp_sat"],
  },
};

/** A planner of `memo` by its name. `folder` is for its output. */
export function ours(planner, folder, pinned) {
  const out = join(folder, "ours.csv");
  const run = ({ path, seconds }) => {
    const options = ["--planner", planner, "--time-limit", `${seconds}`, "--json", "-f", "-o", out];
    const { stdout } = finished([...pinned, MEMO, "plan", path, ...options], { seconds }, [0, 4]);
    return { offsets: readOffsets(out), seconds: JSON.parse(stdout).seconds };
  };
  return { name: `memo ${planner}`, run };
}

/** All planners of all packages, or those named `package/planner`; installed if that is allowed. */
export function peers(names, mayInstall, pinned) {
  const known = Object.entries(PACKAGES).flatMap(([name, { planners }]) =>
    planners.map((planner) => `${name}/${planner}`)
  );
  return (names.length > 0 ? names : known).map((name) => {
    const [from, planner] = name.split("/");
    if (!(from in PACKAGES) || !planner) throw new Error(`${name}: known are ${known.join(", ")}`);
    return peer(from, planner, mayInstall, pinned);
  });
}

function peer(from, planner, mayInstall, pinned) {
  const name = `${from} ${planner}`;
  const { requirement, script } = PACKAGES[from];
  const { python, skip } = environment(from, requirement, mayInstall);
  if (skip) return { name, skip };
  const [kind, threads] = planner.split(":");
  const run = ({ problem, load, seconds, threads: cores }) => {
    const { starts, ends, sizes } = problem;
    const given = { planner: kind, threads: Number(threads ?? cores), seconds, load };
    const input = JSON.stringify({ ...given, starts, ends, sizes });
    const path = fileURLToPath(new URL(script, import.meta.url));
    return JSON.parse(finished([...pinned, python, path], { seconds, input }, [0]).stdout);
  };
  return { name, run };
}

/** The Python that has the package, in an environment of its own in the user's cache. */
function environment(from, requirement, mayInstall) {
  const venv = join(CACHE, "peers", requirement.replace("==", "-"));
  const python = join(venv, "bin", "python");
  const done = (args) =>
    spawnSync(args[0], args.slice(1), { stdio: ["ignore", 2, 2] }).status === 0;
  const has = () => existsSync(python) && done([python, "-c", `import ${from}`]);
  if (has()) return { python };
  if (!mayInstall) return { skip: "not installed; --install fetches it" };
  console.error(`installing ${requirement} into ${venv}`);
  const install = [python, "-m", "pip", "install", "--quiet", requirement];
  if (done(["python3", "-m", "venv", venv]) && done(install) && has()) return { python };
  return { skip: `pip could not install ${requirement}` };
}

/** A process that ended with one of these statuses, in time. */
function finished([command, ...args], { seconds, input }, statuses) {
  const timeout = 1000 * (PATIENCE.factor * seconds + PATIENCE.seconds);
  const options = { encoding: "utf8", input, maxBuffer: 2 ** 30, timeout, killSignal: "SIGKILL" };
  const { status, stdout, stderr, error } = spawnSync(command, args, options);
  if (statuses.includes(status)) return { stdout };
  if (error?.code === "ETIMEDOUT") throw new Error(`killed after ${timeout / 1000} s`);
  const lines = `${stderr}`.trim().split("\n");
  throw new Error(error?.message ?? lines.at(-1));
}
