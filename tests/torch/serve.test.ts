/** The example server under load, in the runtime that runs the tests. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { createInterface } from "node:readline";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Model, type Stats } from "../../ts/torch.ts";
import { DENO_PERMISSIONS } from "../../scripts/lib/runtimes.mjs";
import { ROOT } from "../support/child.ts";
import { image, modelFile } from "./support.ts";

const CLIENTS = 8;
const REQUESTS = 25;

const test = suite<{ server: ChildProcess; url: string }>("serve");

test.before(async (context) => {
  const flags = "Deno" in globalThis ? ["run", "--no-prompt", ...DENO_PERMISSIONS] : [];
  const args = [...flags, "examples/serve.ts", modelFile("tiny"), "2", "3", "32", "32"];
  context.server = spawn(process.execPath, args, {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: context.server.stdout! })[Symbol.asyncIterator]();
  context.url = (await lines.next()).value!;
});

test.after(({ server }) => {
  server.kill("SIGKILL");
});

const stats = async (url: string): Promise<Stats> => (await fetch(`${url}/stats`)).json();

async function run(url: string, data: Float32Array): Promise<[number, Float32Array]> {
  const answer = await fetch(`${url}/run`, { method: "POST", body: data as BodyInit });
  return [answer.status, new Float32Array(await answer.arrayBuffer())];
}

test("every answer under load is that of the model, most served from plans", async ({ url }) => {
  const model = Model.load(modelFile("tiny"));
  const inputs = Array.from({ length: CLIENTS }, (_, client) => {
    const { data, ...input } = image();
    return { ...input, data: data.map((value) => value * (1 + client)) };
  });
  const clients = inputs.map(async (input) => {
    const [{ data: expected } = input] = model.runSync([input]);
    for (let request = 0; request < REQUESTS; request++) {
      assert.equal(await run(url, input.data), [200, expected]);
    }
  });
  await Promise.all(clients);
  model.close();
  const { scopes, served, recorded, unplanned, fallbacks } = await stats(url);
  assert.is(scopes, CLIENTS * REQUESTS);
  assert.is(served + recorded + unplanned, scopes);
  assert.ok(served > scopes / 2, `${served} of ${scopes} were served`);
  const { unexpected, occupied, pastEnd, off } = fallbacks;
  assert.is(unexpected + occupied + pastEnd + off, 0);
});

test("a request of another size is refused, the next one is served", async ({ url }) => {
  const refused = await fetch(`${url}/run`, { method: "POST", body: new Uint8Array(12) });
  assert.is(refused.status, 400);
  assert.is(await refused.text(), "the body has 12 bytes, but the input 24576\n");
  assert.is((await fetch(`${url}/other`)).status, 404);
  assert.is((await run(url, image().data as Float32Array))[0], 200);
});

test("clients that go away leave it serving", async ({ url }) => {
  const gone = Array.from({ length: CLIENTS }, async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const body = image().data as BodyInit;
    const request = fetch(`${url}/run`, { method: "POST", body, signal }).catch(() => {});
    controller.abort();
    await request;
  });
  await Promise.all(gone);
  assert.is((await run(url, image().data as Float32Array))[0], 200);
});

test("it ends when it is told to", async ({ server }) => {
  const ended = once(server, "exit");
  // Deno's `server.kill` would tell of the signal whatever the process does.
  process.kill(server.pid!, "SIGTERM");
  const [status] = await ended;
  assert.is(status, 0);
});

test.run();
