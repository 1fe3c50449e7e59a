/** The parts of the viewer that need no page: pixels, loads, numbers; and its bundle. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { plan } from "../ts/mod.ts";
import { type Columns, readColumns } from "../ts/viewer/columns.ts";
import { bytes, bytesExact, count, counted, share } from "../ts/viewer/format.ts";
import { loadColumns, loadOf } from "../ts/viewer/load.ts";
import { draw, mixed } from "../ts/viewer/raster.ts";
import { moved, revealing, type View, zoomed } from "../ts/viewer/view.ts";
import { ROOT } from "./support/child.ts";

/** Whole numbers below a limit, the same ones each time. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x9e3779b9 | 0;
    return (state >>> 0) % below;
  };
}

/** Rectangles that do not overlap: those of a plan, sorted by their starts. */
function planned(seed: number, steps: number, sizeMax: number): Columns {
  const next = dice(seed);
  const buffers = Array.from({ length: 60 }, () => {
    const start = next(steps);
    return { size: 1 + next(sizeMax), start, end: start + 1 + next(Math.ceil(steps / 4)) };
  }).sort((a, b) => a.start - b.start);
  const answer = plan(buffers, { planner: "greedy_by_size" });
  if (!("offsets" in answer)) throw new Error(answer.status);
  return {
    count: buffers.length,
    buffer: Uint32Array.from(buffers.keys()),
    start: Uint32Array.from(buffers, ({ start }) => start),
    end: Uint32Array.from(buffers, ({ end }) => end),
    offset: Float64Array.from(answer.offsets),
    size: Float64Array.from(buffers, ({ size }) => size),
    op: new Uint32Array(buffers.length),
  };
}

/** Whether a row holds or, with `reach` pixels around it, passes through the centre of a pixel. */
function holds(columns: Columns, row: number, step: number, byte: number, reach: View): boolean {
  return columns.start[row]! - reach.to <= step && step < columns.end[row]! + reach.to &&
    columns.offset[row]! - reach.high <= byte &&
    byte < columns.offset[row]! + columns.size[row]! + reach.high;
}

test("a pixel has the colour of the rectangle that holds its centre", () => {
  const background = 0xff101010;
  for (let seed = 1; seed <= 40; seed++) {
    const columns = planned(seed, 1 + seed * 40, 1 << (seed % 12));
    const ink = Uint32Array.from(columns.buffer, (buffer) => (0xff000000 | buffer * 0x40) >>> 0);
    const [width, height] = [97, 53];
    const view = { from: seed, to: seed * 25 + 9, low: seed % 3, high: (1 << (seed % 12)) * 9 };
    const pixels = new Uint32Array(width * height);
    const room = { w: width, h: height };
    draw({ width, height, pixels }, columns, ink, view, background, room);
    const [perX, perY] = [(view.to - view.from) / width, (view.high - view.low) / height];
    pixels.forEach((found, at) => {
      const step = view.from + (at % width + 0.5) * perX;
      const byte = view.low + (height - Math.floor(at / width) - 0.5) * perY;
      const rows = [...ink.keys()];
      const exact = { from: 0, to: 1e-9, low: 0, high: 1e-9 };
      const owners = rows.filter((row) => holds(columns, row, step, byte, exact));
      const near = { from: 0, to: perX, low: 0, high: perY };
      const passing = rows.filter((row) => holds(columns, row, step, byte, near));
      const faint = passing.map((row) => mixed(ink[row]!, background));
      // The line between neighbours is background too.
      const allowed = [...owners.map((row) => ink[row]!), background, ...faint];
      assert.ok(allowed.includes(found), `seed ${seed}, pixel ${at}: ${found.toString(16)}`);
    });
    const drawn = pixels.filter((pixel) => pixel !== background).length;
    const held = heldPixels(columns, view, width, height);
    assert.ok(drawn >= held * 0.6, `seed ${seed}: ${drawn} of ${held} pixels`);
  }
});

/** How many pixel centres are held by anything. */
function heldPixels(columns: Columns, view: View, width: number, height: number): number {
  let held = 0;
  const exact = { from: 0, to: 0, low: 0, high: 0 };
  for (let at = 0; at < width * height; at++) {
    const step = view.from + (at % width + 0.5) * (view.to - view.from) / width;
    const byte = view.low +
      (height - Math.floor(at / width) - 0.5) * (view.high - view.low) / height;
    if (columns.start.some((_, row) => holds(columns, row, step, byte, exact))) held++;
  }
  return held;
}

test("a lone rectangle is seen however small it is", () => {
  for (const [w, h] of [[1, 1], [1, 900_000], [900_000, 1]] as const) {
    const one = (value: number) => Float64Array.of(value);
    const columns: Columns = {
      count: 1,
      buffer: Uint32Array.of(0),
      start: Uint32Array.of(7),
      end: Uint32Array.of(7 + w),
      offset: one(5),
      size: one(h),
      op: Uint32Array.of(0),
    };
    const pixels = new Uint32Array(100 * 100);
    const view = { from: 0, to: 1e6, low: 0, high: 1e6 };
    const raster = { width: 100, height: 100, pixels };
    draw(raster, columns, Uint32Array.of(0xffffffff), view, 0xff000000, { w: 1, h: 1 });
    const seen = pixels.filter((pixel) => pixel !== 0xff000000).length;
    assert.ok(seen >= (w === h ? 1 : 90), `${w} × ${h}: ${seen} pixels`);
  }
});

test("the load is what is live at each step, be steps many or few", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const columns = planned(seed, seed % 2 === 0 ? 40 : 1_000_000, 100);
    const load = loadOf(columns);
    const at = (step: number): number =>
      columns.size.reduce(
        (sum, size, row) =>
          columns.start[row]! <= step && step < columns.end[row]! ? sum + size : sum,
        0,
      );
    load.steps.forEach((step, position) => assert.is(load.bytes[position], at(step)));
    assert.is(load.bytes[load.max], Math.max(...[...columns.start].map(at)));
    const [from, to] = [columns.start[10]!, columns.start[10]! + 16];
    const steps = Array.from({ length: 16 }, (_, nth) => at(from + nth));
    assert.equal([...loadColumns(load, from, to, 16)], steps);
    assert.is(loadColumns(load, from, to, 1)[0], Math.max(...steps));
  }
});

test("from far a load is that of its blocks, a tenth of a column too wide", () => {
  const count = 400_000;
  const filled = (value: (row: number) => number) =>
    Uint32Array.from({ length: count }, (_, row) => value(row));
  const size = Float64Array.from({ length: count }, (_, row) => row % 997 * (row % 7));
  const [start, end] = [filled((row) => row), filled((row) => row + 1)];
  const none = new Uint32Array(count);
  const offset = new Float64Array(count);
  const load = loadOf({ count, buffer: none, start, end, offset, size, op: none });
  const width = 500;
  const span = count / width;
  loadColumns(load, 0, count, width).forEach((found, column) => {
    const exact = Math.max(...size.subarray(column * span, (column + 1) * span));
    const wide = size.subarray(Math.max(0, (column - 0.1) * span), (column + 1.1) * span);
    assert.ok(found >= exact && found <= Math.max(...wide), `column ${column}`);
  });
});

test("columns are read as they are written", () => {
  const widths = { buffer: 1, start: 1, duration: 1, offset: 2, size: 1, op: 0 };
  const written = Uint8Array.of(255, 4, 1, 2, 3, 4, 4, 0, 64, 0, 1, 8, 9);
  const { columns, end } = readColumns(written, 1, 2, widths);
  assert.is(end, written.length);
  assert.equal([...columns.buffer], [2, 1]);
  assert.equal([...columns.start], [2, 5]);
  assert.equal([...columns.end], [6, 9]);
  assert.equal([...columns.offset], [0, 320]);
  assert.equal([...columns.size], [8, 9]);
  assert.equal([...columns.op], [0, 0]);
});

test("zooming keeps the point, and nothing leaves all there is", () => {
  const all = { from: 10, to: 1010, low: 0, high: 4096 };
  const near = zoomed(all, all, { step: 210, byte: 1024 }, { time: 0.5, bytes: 0.25 });
  assert.equal(near, { from: 110, to: 610, low: 768, high: 1792 });
  assert.equal(moved(near, all, -900, 99_999), { from: 10, to: 510, low: 3072, high: 4096 });
  assert.equal(zoomed(near, all, { step: 210, byte: 0 }, { time: 99, bytes: 99 }), all);
  const shown = revealing(near, all, { from: 900, to: 910, low: 1000, high: 1010 });
  assert.equal(shown, { from: 510, to: 1010, low: 768, high: 1792 });
});

test("numbers are written as everywhere", () => {
  assert.equal([0, 1023, 1024, 6_422_528, 6_432_768, 1_515_472_556].map(bytes), [
    "0 B",
    "1023 B",
    "1 KiB",
    "6.12 MiB",
    "6.13 MiB",
    "1.41 GiB",
  ]);
  assert.is(bytesExact(1_048_576), "1 MiB (1,048,576 bytes)");
  assert.is(count(1_234_567), "1,234,567");
  assert.equal([counted(1, "step"), counted(2, "step")], ["1 step", "2 steps"]);
  assert.equal([share(0, 0), share(1, 27), share(3, 3)], ["0 %", "3.7 %", "100 %"]);
});

test("the bundle is that of the sources", () => {
  const { viewer } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).scripts;
  const [, args, path] = /^bun (.+) --outfile=(\S+)$/.exec(viewer)!;
  const bun = join(ROOT, "node_modules", ".bin", "bun");
  const bundled = execFileSync(bun, args!.split(" "), { cwd: ROOT, encoding: "utf8" });
  const kept = readFileSync(join(ROOT, path!), "utf8");
  assert.ok(bundled === kept, "run `npm run viewer`");
  assert.not.match(kept, "</script");
});

test.run();
