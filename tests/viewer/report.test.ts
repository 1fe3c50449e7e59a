/** What a person sees and does in a report. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Pane } from "../../ts/viewer/document.ts";
import { dotOf, powersOf } from "../../ts/viewer/scatter.ts";
import type { View } from "../../ts/viewer/view.ts";
import { Desk, type Sheet } from "./browser.ts";

const MARKUP = "<img src=x onerror=alert(1)>";

/** Four buffers, at their offsets; a hole of 64 bytes from 64 on in the steps 4 to 8. */
const PLAN = {
  format: "memo-plan",
  version: 1,
  peak: 192,
  lower_bound: 192,
  certificate: { kind: "max-load", step: 2 },
  offsets: [0, 64, 128, 128],
  problem: {
    buffers: {
      size: [64, 64, 64, 64],
      start: [0, 0, 2, 4],
      end: [8, 4, 4, 8],
      op: [0, 1, 2, null],
      id: ["in", "mid", "out", "x"],
    },
    ops: {
      name: ["aten::conv2d", "aten::relu", MARKUP],
      place: ["layer1", "layer1", "layer2"],
      ordinal: [3, 5, 7],
    },
  },
};

/** All that is seen at first, as the viewer makes it: with room above the peak. */
const ALL: View = { from: 0, to: 8, low: 0, high: 192 * 1.03 };

/** The columns of a plan that say how long and how large. */
function columnsOf({ problem: { buffers } }: typeof PLAN): Partial<Pane["columns"]> {
  const [start, end] = [Uint32Array.from(buffers.start), Uint32Array.from(buffers.end)];
  return { count: start.length, start, end, size: Float64Array.from(buffers.size) };
}

const desk = new Desk();
const test = suite("report");
test.before(async () => {
  await desk.open();
  desk.put("a.json", PLAN);
  const other = { ...PLAN, offsets: [128, 64, 0, 0] };
  desk.put("b.json", other);
  desk.memo("report", "a.json", "-o", "a.html", "--title", `${MARKUP} </title>`);
  desk.memo("report", "a.json", "b.json", "-o", "both.html");
  desk.memo("report", "a.json", "--redact", "-o", "redacted.html");
});
test.after(() => desk.close());

async function hover(sheet: Sheet, step: number, byte: number): Promise<void> {
  const { x, y } = await sheet.place(ALL, step, byte);
  await sheet.page.mouse.move(x, y);
  await sheet.settled();
}

test("the map shows each buffer in its place, and holes as holes", async () => {
  await desk.look("a.html", async (sheet) => {
    const at = async (step: number, byte: number) =>
      (await sheet.color(await sheet.place(ALL, step, byte))).join();
    const [first, second, third, fourth] = [
      await at(6.3, 30),
      await at(1.3, 80),
      await at(3.3, 140),
      await at(6.3, 140),
    ];
    assert.is(new Set([first, second, third, fourth]).size, 4, "four ops, four colors");
    assert.is(await at(1.3, 30), first);
    assert.is(await at(6.3, 100), "246,248,250", "a hole");
    assert.is(await at(1.3, 140), "246,248,250", "free");
    assert.is(await at(6.3, 193.5), await at(1.3, 193.5), "above the peak");
  });
});

test("the sidebar says what the plan is and who is live at the peak", async () => {
  await desk.look("a.html", async (sheet) => {
    const plan = await sheet.text("section.plan");
    for (const told of ["192 B", "max load at step 2", "proven optimal", "192 B at step 2"]) {
      assert.match(plan, told);
    }
    assert.match(await sheet.text("#live"), /Live at step 2 \(max load\)[^]*3 buffers, 192 B/);
    assert.is(await sheet.page.locator("#live li").count(), 3);
    await sheet.page.getByRole("button", { name: "by module" }).click();
    await sheet.settled();
    const modules = await sheet.page.locator("#live li").allInnerTexts();
    assert.match(modules[0]!, /layer1[^]*128 B · 66.7 % · 2×/);
    assert.match(modules[1]!, /layer2[^]*64 B/);
  });
});

test("pointing tells a buffer, a click keeps it, Escape lets go", async () => {
  await desk.look("a.html", async (sheet) => {
    await hover(sheet, 3.3, 140);
    const card = await sheet.text("#card");
    for (const told of ["buffer out", `${MARKUP}#7`, "layer2", "128 (0x80)", "[2, 4), 2 steps"]) {
      assert.match(card, told);
    }
    assert.is(await sheet.page.locator("img").count(), 0, "names are text");
    await sheet.page.mouse.down();
    await sheet.page.mouse.up();
    await hover(sheet, 6.3, 100);
    assert.is(await sheet.page.locator("#card").isHidden(), true);
    assert.match(await sheet.text("#chosen"), "buffer out");
    await sheet.page.keyboard.press("Escape");
    await sheet.settled();
    assert.not.match(await sheet.text("#chosen"), "buffer out");
  });
});

test("a search finds ops, modules, ids and indices", async () => {
  await desk.look("a.html", async (sheet) => {
    await sheet.page.keyboard.press("/");
    for (const [text, found] of [["RELU", 1], ["layer1", 2], ["x", 2], ["#3", 1], ["none", 0]]) {
      await sheet.page.fill("#search", String(text));
      await sheet.settled();
      assert.is(await sheet.text("#found"), `${found} found`, String(text));
    }
    await sheet.page.fill("#search", "layer1");
    const seen = await sheet.place(ALL, 3.3, 140);
    await sheet.settled();
    const faded = await sheet.color(seen);
    await sheet.page.keyboard.press("Enter");
    await sheet.page.keyboard.press("Enter");
    await sheet.settled();
    assert.is(await sheet.text("#found"), "2 of 2");
    assert.match(await sheet.text("#chosen"), "buffer mid");
    await sheet.page.keyboard.press("Escape");
    await sheet.page.keyboard.press("Escape");
    await sheet.settled();
    assert.is(await sheet.text("#found"), "");
    assert.not.equal(await sheet.color(seen), faded, "what was not found had stepped back");
  });
});

test("the wheel zooms at the pointer, a drag moves, 0 shows everything", async () => {
  await desk.look("a.html", async (sheet) => {
    const before = await sheet.picture();
    await hover(sheet, 3.3, 140);
    const { x, y } = await sheet.place(ALL, 3.3, 140);
    await sheet.page.mouse.wheel(0, -900);
    await sheet.settled();
    assert.match(await sheet.text("#card"), "buffer out", "the same is under the pointer");
    assert.ok(before !== await sheet.picture(), "but larger");
    await sheet.page.mouse.down();
    await sheet.page.mouse.move(x + 91, y + 70, { steps: 4 });
    await sheet.page.mouse.up();
    await sheet.settled();
    assert.not.match(await sheet.text("#chosen"), "buffer out", "a drag is no click");
    await sheet.page.mouse.move(x + 92, y + 70);
    await sheet.settled();
    assert.match(await sheet.text("#card"), "buffer out", "it came along");
    await sheet.page.mouse.move(2, 2);
    await sheet.page.keyboard.press("0");
    await sheet.settled();
    assert.ok(before === await sheet.picture(), "as it was at first");
  });
});

test("a click in the load chooses a step, p goes back to the peak", async () => {
  await desk.look("a.html", async (sheet) => {
    const { x, y } = await sheet.place(ALL, 6.4, 0, { part: "load" });
    await sheet.page.mouse.click(x, y);
    await sheet.settled();
    assert.match(await sheet.text("#live"), /Live at step 6[^]*2 buffers, 128 B/);
    await sheet.page.keyboard.press("p");
    await sheet.settled();
    assert.match(await sheet.text("#live"), "Live at step 2 (max load)");
  });
});

test("colors, dark and light, and help are a key away", async () => {
  await desk.look("a.html", async (sheet) => {
    assert.match(await sheet.text("#legend"), /Colors: op[^]*aten::conv2d/);
    await sheet.page.keyboard.press("c");
    await sheet.settled();
    assert.match(await sheet.text("#legend"), /Colors: module[^]*layer1[^]*unknown[^]*layer2/);
    await sheet.page.selectOption("#coloring", "by size");
    await sheet.settled();
    assert.match(await sheet.text("#legend"), /Colors: size[^]*up to 1 KiB/);
    await sheet.page.locator("canvas").focus();
    await sheet.page.keyboard.press("t");
    await sheet.settled();
    assert.equal(await sheet.color(await sheet.place(ALL, 6.3, 100)), [21, 27, 35]);
    await sheet.page.keyboard.press("?");
    assert.match(await sheet.text("dialog"), "the step of max load");
  });
});

test("the page about lives tells how long and how large, and leads to who stands out", async () => {
  await desk.look("a.html", async (sheet) => {
    await sheet.page.keyboard.press("b");
    const rows = await sheet.page.locator("#lives tr").allInnerTexts();
    assert.is(rows.length, 5);
    const conv = rows.find((row) => row.includes("conv2d"))!;
    assert.match(conv, /^aten::conv2d\s+1\s+64 B\s+64 B\s+8\s+8$/);
    const held = await sheet.page.locator("#lives li").allInnerTexts();
    assert.match(held[0]!, /buffer in[^]*64 B for 8 steps/);
    assert.is(held.length, 4);
    const canvas = sheet.page.locator("#lives canvas");
    // Lives of 2, 4, 4 and 8 steps, all of 64 bytes: the dots stand in one row.
    const { width, height } = (await canvas.boundingBox())!;
    const pane = { columns: columnsOf(PLAN) } as unknown as Pane;
    const dot = dotOf(powersOf(pane, width, height), 8, 64);
    const inks = await canvas.evaluate((canvas: HTMLCanvasElement, { x, y }) => {
      const pixels = canvas.getContext("2d")!;
      const { data } = pixels.getImageData(x - 20, y, 21, 1);
      return [data.slice(80, 83).join(), data.slice(0, 3).join()];
    }, { x: Math.round(dot.x), y: Math.round(dot.y) });
    assert.is(inks[1], "246,248,250", "nothing lives a little shorter");
    assert.not.equal(inks[0], inks[1]);
    await canvas.click({ position: dot });
    await sheet.settled();
    assert.is(await sheet.page.locator("#lives").isVisible(), false);
    assert.match(await sheet.text("#chosen"), "buffer in");
    await sheet.page.keyboard.press("c");
    await sheet.page.getByRole("button", { name: "Lives" }).click();
    assert.match(await sheet.text("#lives"), /By module[^]*layer1\s+2\s+128 B\s+64 B\s+4\s+8/);
    await sheet.page.locator("#lives li button").nth(1).click();
    await sheet.settled();
    assert.match(await sheet.text("#chosen"), /buffer (mid|x)/);
  });
});

test("two plans are seen over one time, and a buffer in both", async () => {
  await desk.look("both.html", async (sheet) => {
    assert.equal(await sheet.page.locator("section.plan h2").allInnerTexts(), ["a", "b"]);
    const { x, y } = await sheet.place(ALL, 3.3, 140, { pane: 0, panes: 2 });
    await sheet.page.mouse.move(x, y);
    await sheet.settled();
    assert.match(await sheet.text("#card"), /offset\s+128 [^]*in b\s+offset 0/);
    const below = await sheet.place(ALL, 3.3, 30, { pane: 1, panes: 2 });
    await sheet.page.mouse.move(below.x, below.y);
    await sheet.settled();
    assert.match(await sheet.text("#card"), /buffer out[^]*in a\s+offset 128/);
    const stacked = await sheet.picture();
    await sheet.page.keyboard.press("l");
    await sheet.settled();
    assert.ok(stacked !== await sheet.picture(), "now side by side");
  });
});

test("a redacted report has no names", async () => {
  await desk.look("redacted.html", async (sheet) => {
    assert.is(await sheet.text("h1"), "plan 1");
    await sheet.page.fill("#search", "op 3");
    await sheet.page.keyboard.press("Enter");
    await sheet.settled();
    const chosen = await sheet.text("#chosen");
    assert.match(chosen, /buffer 2[^]*op 3#7[^]*module 2/);
    const words = await sheet.page.locator("body").innerText();
    for (const name of ["aten", "layer", "mid", "img"]) assert.not.match(words, name);
  });
});

test.run();
