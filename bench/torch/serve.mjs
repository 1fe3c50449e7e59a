/**
 * The example server under load, with plans and without, in Node, Bun and Deno:
 * `node bench/torch/serve.mjs [MODEL.pt SHAPE...] [--clients 4] [--seconds 5] [--rounds 5]`, without a
 * model mobilenet_v3_small of torchvision.
 *
 * For each runtime two servers stand side by side, one serving from plans, one with `--off`. In a round
 * each is under load in turn, from clients that send their next request when the last was answered.
 * What counts is the ratio within a round; printed are medians over the rounds with the quartiles.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { must, ROOT } from "../../scripts/lib/command.mjs";
import { buildTorchAddon } from "../../scripts/lib/rust.mjs";
import { installPackages, RUNTIMES } from "../../scripts/lib/runtimes.mjs";
import { libtorch } from "../../scripts/libtorch.mjs";

const { values, positionals } = parseArgs({
  options: {
    clients: { type: "string", default: "4" },
    seconds: { type: "string", default: "5" },
    rounds: { type: "string", default: "5" },
  },
  allowPositionals: true,
});
const [clients, seconds, rounds] = [values.clients, values.seconds, values.rounds].map(Number);

/** A server in a process of its own. */
async function server([command, args], given, library) {
  const child = spawn(command, [...args, "examples/serve.ts", ...given], {
    cwd: ROOT,
    env: { ...process.env, MEMO_TORCH_LIB: library },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value: url, done } = await lines.next();
  if (done) throw new Error(`${command} ended with ${child.exitCode}`);
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  return { url, agent, end: () => child.kill("SIGKILL") };
}

/** One request; its milliseconds. */
function ask({ url, agent }, body) {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/run`, { method: "POST", agent }, (answer) => {
      answer.resume().on("error", reject).on("end", () => {
        if (answer.statusCode === 200) resolve(performance.now() - start);
        else reject(new Error(`${url} answered ${answer.statusCode}`));
      });
    });
    sent.on("error", reject).end(body);
  });
}

/** Load for so many seconds, and until the last answer; the latencies, sorted, and how many a second. */
async function load(server, body, seconds) {
  const start = performance.now();
  const until = start + seconds * 1000;
  const latencies = [];
  const client = async () => {
    while (performance.now() < until) latencies.push(await ask(server, body));
  };
  await Promise.all(Array.from({ length: clients }, client));
  const rate = latencies.length / (performance.now() - start) * 1000;
  return { latencies: latencies.sort((a, b) => a - b), rate };
}

const at = (sorted, share) => sorted[Math.floor(share * (sorted.length - 1))];

/** The median with the quartiles beside it. */
function spread(numbers, digits, unit) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const shown = (share) => at(sorted, share).toFixed(digits);
  return `${shown(0.5)} ${unit} [${shown(0.25)}, ${shown(0.75)}]`;
}

/** What a server did in one round. */
const figures = ({ latencies, rate }) => ({
  p50: at(latencies, 0.5),
  p99: at(latencies, 0.99),
  rate,
});

/** Both servers of a runtime, in turns. */
async function compete(runtime, given, body, library) {
  const servers = {};
  const found = { planned: [], off: [] };
  try {
    servers.planned = await server(runtime, given, library);
    servers.off = await server(runtime, [...given, "--off"], library);
    for (const one of Object.values(servers)) await load(one, body, 2);
    for (let round = 0; round < rounds; round++) {
      const names = round % 2 === 0 ? ["planned", "off"] : ["off", "planned"];
      for (const name of names) found[name].push(figures(await load(servers[name], body, seconds)));
    }
    const stats = await (await fetch(`${servers.planned.url}/stats`)).json();
    return { found, share: stats.served / stats.scopes };
  } finally {
    for (const { end } of Object.values(servers)) end();
  }
}

/** The model that was named, or one of torchvision. */
async function model(torch) {
  if (positionals.length > 0) return positionals;
  const folder = join(ROOT, "target", "bench");
  mkdirSync(folder, { recursive: true });
  const args = ["bench/torch/export.py", folder, "224", "mobilenet_v3_small"];
  const printed = await must(torch.python, args, { env: torch.env, quiet: true });
  return [printed.trim().split(" ").at(-1), "1", "3", "224", "224"];
}

await installPackages();
const torch = libtorch();
const library = await buildTorchAddon(torch, "release");
const given = await model(torch);
const length = given.slice(1).map(Number).reduce((a, b) => a * b, 1);
const body = new Uint8Array(Float32Array.from({ length }, (_, idx) => (idx % 97) / 97).buffer);

console.log(`${given.join(" ")}: ${clients} clients, ${rounds} rounds of ${seconds} s each`);
for (const [name, runtime] of Object.entries(RUNTIMES)) {
  const { found, share } = await compete(runtime, given, body, library);
  console.log(`${name}: ${(100 * share).toFixed(1)} % of the runs served from plans`);
  for (const [what, unit] of [["p50", "ms"], ["p99", "ms"], ["rate", "requests/s"]]) {
    const [planned, off] = [found.planned, found.off].map((all) => all.map((one) => one[what]));
    const more = planned.map((value, round) => (value / off[round] - 1) * 100);
    console.log(
      `  ${what.padEnd(5)}planned ${spread(planned, 2, unit)}, off ${spread(off, 2, unit)}, ` +
        `paired ${spread(more, 1, "%")}`,
    );
  }
}
