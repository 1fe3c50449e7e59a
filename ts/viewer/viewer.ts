/** What is looked at, and the picture of it. */

import { drawAxes } from "./axes.ts";
import { drawLoad, drawMinimap } from "./chart.ts";
import type { Coloring, Pane, Report } from "./document.ts";
import { extentOf, type Found, search, type Spot } from "./find.ts";
import { inkOf, pixelOf } from "./ink.ts";
import { type Boxes, layout } from "./layout.ts";
import { maxOf } from "./load.ts";
import { drawFrame, drawLines, drawNames, type Picture, picture } from "./map.ts";
import { type Theme, theme, toggleTheme } from "./theme.ts";
import { type Box, moved, revealing, type View, xOf, zoomed } from "./view.ts";

/** Above the highest peak, so that its line is seen. */
const HEADROOM = 1.03;

/** The state of the page. What changes it ends in `#changed`, which draws in the next frame. */
export class Viewer {
  readonly report: Report;
  readonly all: View;
  view: View;
  boxes: Boxes;
  coloringIdx = 0;
  /** Whether panes are side by side. */
  isBeside = false;
  /** The pane that was last pointed at: the sidebar tells who is live in it. */
  paneIdx = 0;
  step: number;
  liveBy: "op" | "module" = "op";
  hover: Spot | null = null;
  pin: Spot | null = null;
  text = "";
  found: Found | null = null;
  foundIdx = -1;
  /** Called after each frame. */
  onFrame: () => void = () => {};

  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  #theme: Theme;
  #inks: Uint32Array[] = [];
  #pictures: Picture[] = [];
  #frame = 0;

  constructor(report: Report, canvas: HTMLCanvasElement) {
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("this browser has no canvas");
    [this.report, this.#canvas, this.#context] = [report, canvas, context];
    this.all = allOf(report.panes);
    this.view = this.all;
    this.step = maxOf(this.pane.load).step;
    this.boxes = layout(1, 1, report.panes.length, false);
    this.#theme = theme();
  }

  /** The pane the sidebar is about. */
  get pane(): Pane {
    return this.report.panes[this.paneIdx]!;
  }

  /** What colours stand for. */
  get coloring(): Coloring {
    return this.report.colorings[this.coloringIdx]!;
  }

  /** Changes what is seen; what was pointed at may no longer be there. */
  look(view: View): void {
    [this.view, this.hover] = [view, null];
    this.#pictures = [];
    this.#changed();
  }

  /** Zooms around a point; a scale below 1 comes closer. */
  zoom(at: { step: number; byte: number }, scale: { time: number; bytes: number }): void {
    this.look(zoomed(this.view, this.all, at, scale));
  }

  /** Zooms around the middle. */
  zoomMiddle(scale: number): void {
    const { from, to, low, high } = this.view;
    const middle = { step: (from + to) / 2, byte: (low + high) / 2 };
    this.zoom(middle, { time: scale, bytes: scale });
  }

  /** Moves by shares of what is seen. */
  move(time: number, bytes: number): void {
    const { from, to, low, high } = this.view;
    this.look(moved(this.view, this.all, (to - from) * time, (high - low) * bytes));
  }

  /** Shows a rectangle as large as it can be. */
  approach(spot: Spot): void {
    const { from, to, low, high } = this.#extent(spot);
    const middle = { step: (from + to) / 2, byte: (low + high) / 2 };
    const near = { from: middle.step, to: middle.step, low: middle.byte, high: middle.byte };
    const [time, bytes] = [(to - from) * 2, (high - low) * 2];
    this.look(zoomed(revealing(near, this.all, near), this.all, middle, { time, bytes }));
  }

  /** Chooses a step: the sidebar tells who is live at it. */
  chooseStep(step: number): void {
    const { from, to } = this.all;
    this.step = Math.min(Math.max(Math.floor(step), from), to - 1);
    this.#changed();
  }

  /** Shows the step of max load. */
  jumpToPeak(): void {
    this.chooseStep(maxOf(this.pane.load).step);
    const { low, high } = this.all;
    const shown = { from: this.step, to: this.step + 1, low, high };
    this.look(revealing(this.view, this.all, shown));
  }

  /** Points at a rectangle, or at none. */
  point(spot: Spot | null, paneIdx: number): void {
    if (spot?.row === this.hover?.row && spot?.pane === this.hover?.pane) return;
    [this.hover, this.paneIdx] = [spot, paneIdx];
    this.#changed();
  }

  /** Keeps a rectangle chosen, or none. */
  choose(spot: Spot | null): void {
    this.pin = spot;
    if (spot !== null) this.paneIdx = spot.pane;
    this.#changed();
  }

  /** Colours by another quality. */
  color(idx: number): void {
    this.coloringIdx = idx % this.report.colorings.length;
    this.#recolor();
  }

  /** Looks for a text; the rectangles that are not found step back. */
  find(text: string): void {
    this.text = text;
    this.found = text === "" ? null : search(this.report, text);
    this.foundIdx = -1;
    this.#recolor();
  }

  /** Chooses the next rectangle found, or the one before, and brings it into view. */
  next(by: 1 | -1): void {
    const count = this.found?.spots.length ?? 0;
    if (count === 0) return;
    const from = this.foundIdx < 0 && by < 0 ? 0 : this.foundIdx;
    this.foundIdx = (from + by + count) % count;
    const spot = this.found!.spots[this.foundIdx]!;
    this.choose(spot);
    this.look(revealing(this.view, this.all, this.#extent(spot)));
  }

  /** Light or dark. */
  toggleTheme(): void {
    toggleTheme();
    this.restyle();
  }

  /** Takes up the colours in force. */
  restyle(): void {
    this.#theme = theme();
    this.#recolor();
  }

  /** Panes side by side, or one under the other. */
  toggleLayout(): void {
    this.isBeside = !this.isBeside;
    this.resized();
  }

  /** Who is live by op, or by module. */
  tellLiveBy(by: "op" | "module"): void {
    this.liveBy = by;
    this.#changed();
  }

  /** The canvas has another size. */
  resized(): void {
    this.#pictures = [];
    this.#changed();
  }

  #extent({ pane, row }: Spot): View {
    return extentOf(this.report.panes[pane]!, row);
  }

  #recolor(): void {
    [this.#inks, this.#pictures] = [[], []];
    this.#changed();
  }

  #changed(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      performance.clearMeasures("memo frame");
      const start = performance.now();
      this.#draw();
      performance.measure("memo frame", { start });
      this.onFrame();
    });
  }

  #draw(): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const ratio = devicePixelRatio;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.#canvas.width !== w || this.#canvas.height !== h) {
      [this.#canvas.width, this.#canvas.height] = [w, h];
      this.#pictures = [];
    }
    this.#context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.#context.fillStyle = this.#theme.paper;
    this.#context.fillRect(0, 0, width, height);
    this.boxes = layout(width, height, this.report.panes.length, this.isBeside);
    this.report.panes.forEach((_, idx) => this.#drawPane(idx, ratio));
    const { minimap } = this.boxes;
    drawMinimap(this.#context, this.pane, minimap, this.all, this.view, this.#theme);
  }

  #drawPane(idx: number, ratio: number): void {
    const pane = this.report.panes[idx]!;
    const { name, map, load } = this.boxes.panes[idx]!;
    const [context, { view }] = [this.#context, this];
    const field = pixelOf(this.#theme.field);
    const marks = this.found?.marks[idx] ?? null;
    this.#inks[idx] ??= inkOf(pane, this.coloring, this.report.palette, field, marks);
    this.#pictures[idx] ??= picture(pane, this.#inks[idx]!, map, view, field, ratio);
    const shown = this.#pictures[idx]!;
    context.putImageData(shown.image, Math.round(map.x * ratio), Math.round(map.y * ratio));
    drawNames(context, this.report, pane, shown, this.coloring, map, view);
    drawLines(context, pane, map, view, this.#theme);
    drawLoad(context, pane, load, { ...this.all, from: view.from, to: view.to }, this.#theme);
    drawAxes(context, map, view, this.#theme);
    this.#drawStep([map, load]);
    for (const spot of [this.hover, this.pin]) this.#drawChosen(spot, idx);
    this.#drawName(name, pane.name);
  }

  #drawName(box: Box, name: string): void {
    this.#context.font = "600 13px system-ui, sans-serif";
    this.#context.textAlign = "left";
    this.#context.textBaseline = "middle";
    this.#context.fillStyle = this.#theme.text;
    this.#context.fillText(name, box.x, box.y + box.h / 2, box.w);
  }

  /** The chosen step, as a line through a map and its load. */
  #drawStep(boxes: readonly Box[]): void {
    const x = xOf(this.view, boxes[0]!, this.step + 0.5);
    if (x < boxes[0]!.x || x > boxes[0]!.x + boxes[0]!.w) return;
    this.#context.fillStyle = this.#theme.text;
    for (const box of boxes) this.#context.fillRect(x - 0.5, box.y, 1, box.h);
  }

  /** A frame around a chosen buffer; where all panes have the same buffers, in each of them. */
  #drawChosen(spot: Spot | null, idx: number): void {
    if (spot === null || (spot.pane !== idx && !this.report.same_buffers)) return;
    const buffer = this.report.panes[spot.pane]!.columns.buffer[spot.row]!;
    const { map } = this.boxes.panes[idx]!;
    drawFrame(this.#context, this.report.panes[idx]!, buffer, map, this.view, this.#theme.text);
  }
}

/** All time and all bytes of all panes. */
function allOf(panes: readonly Pane[]): View {
  const steps = panes.filter((pane) => pane.rows > 0).map((pane) => pane.steps);
  const from = steps.reduce((least, { start }) => Math.min(least, start), Infinity);
  const to = steps.reduce((most, { end }) => Math.max(most, end), 0);
  const peak = panes.reduce((most, pane) => Math.max(most, pane.peak), 0);
  const first = Number.isFinite(from) ? from : 0;
  return { from: first, to: Math.max(to, first + 2), low: 0, high: Math.max(peak, 16) * HEADROOM };
}
