/** Runs that nobody waits for any more. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { disable, enable, Model, setThreads, stats } from "../../ts/torch.ts";
import { refusal } from "../support/codes.ts";
import { runScript } from "../support/child.ts";
import { modelFile, sequence } from "./support.ts";

const test = suite<{ model: Model }>("abort");
test.before((context) => {
  setThreads({ ofOp: 1, atOnce: 1 });
  context.model = Model.load(modelFile("attention"));
  enable();
});
test.after(({ model }) => {
  model.close();
  disable();
});

/** What a promise is rejected with. */
const reason = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(() => "it was kept", (error) => error);

test("an abort before the start begins nothing", async ({ model }) => {
  const before = stats()!.scopes;
  const signal = AbortSignal.abort("before");
  assert.is(await reason(model.run([sequence(8)], { signal })), "before");
  assert.is(stats()!.scopes, before);
});

test("a run that waits never begins, one that runs goes on unheard", async ({ model }) => {
  const before = stats()!.scopes;
  const controllers = [new AbortController(), new AbortController()];
  const [running, waiting] = controllers.map(({ signal }) =>
    reason(model.run([sequence()], { signal }))
  );
  const last = model.run([sequence(9)]);
  controllers[1]!.abort("while waiting");
  assert.is(await waiting, "while waiting");
  controllers[0]!.abort("while running");
  assert.is(await running, "while running");
  assert.equal((await last)[1]!.shape, [9, 32]);
  // The last one, and the first unless it was aborted before its thread took it.
  assert.ok([1, 2].includes(stats()!.scopes - before));
});

test("an abort after the end does nothing", async ({ model }) => {
  const controller = new AbortController();
  const results = await model.run([sequence(5)], { signal: controller.signal });
  controller.abort();
  assert.equal(results[1]!.shape, [5, 32]);
});

test("lent memory is given back when the promise is settled, and not before", async ({ model }) => {
  const input = sequence();
  const copied = model.runSync([input]);
  const before = stats()!.scopes;
  const controllers = [new AbortController(), new AbortController()];
  const [running, waiting] = controllers.map(({ signal }) =>
    reason(model.run([input], { borrow: true, signal }))
  );
  const last = model.run([input], { borrow: true });
  let isEnded = false;
  running!.then(() => isEnded = true);
  // Until its thread has taken it.
  while (stats()!.scopes === before) await new Promise((resolve) => setTimeout(resolve, 1));
  controllers[0]!.abort("while running");
  await new Promise((resolve) => setTimeout(resolve, 1));
  assert.not(isEnded);
  controllers[1]!.abort("while waiting");
  assert.equal([await running, await waiting], ["while running", "while waiting"]);
  assert.equal(await last, copied);
  input.data.fill(0);
});

test("lent memory is read where it is, where it stays", async ({ model }) => {
  const input = sequence(7);
  const zeros = { ...input, data: input.data.map(() => 0) };
  const [copied, expected] = [model.runSync([input]), model.runSync([zeros])];
  const running = model.run([sequence()]);
  const waiting = model.run([input], { borrow: true });
  // Against the rule, to see what is read: the run waits for the one before.
  input.data.fill(0);
  assert.equal(await waiting, "Deno" in globalThis ? copied : expected);
  await running;
});

test("a model that is closed while it runs ends its runs", async () => {
  const model = Model.load(modelFile("attention"));
  const running = model.run([sequence(300)]);
  model.close();
  model.close();
  assert.equal((await running)[1]!.shape, [300, 32]);
  assert.is(refusal(() => model.runSync([sequence(2)])).code, "STALE_HANDLE");
});

for (
  const how of ["exit", "throw", "worker", "worker-exit"].flatMap((how) => [how, `${how}-borrow`])
) {
  test(`the process ends in the middle of a run: ${how}`, () => {
    const { status, stdout, stderr } = runScript("tests/torch/ending.ts", [how]);
    assert.is(stdout, "started\n", stderr);
    assert.is(status, how.startsWith("throw") ? 1 : 7, stderr);
  });
}

test.run();
