/** What the pointer does on the canvas. */

import { element } from "./dom.ts";
import { rowAt, type Spot } from "./find.ts";
import { lines } from "./sidebar.ts";
import { nameOf, ofBuffer } from "./told.ts";
import { type Box, byteAt, isIn, stepAt } from "./view.ts";
import type { Viewer } from "./viewer.ts";

/** A buffer this near to the pointer, in pixels, is pointed at if no other is. */
const NEAR = 2;
/** A press that moves less than this, in pixels, is a click. */
const CLICK_MAX = 3;
/** How much a step of the wheel zooms. */
const WHEEL = 0.0015;
/** Between the pointer and the card beside it. */
const CARD_GAP = 14;

type Part = "map" | "load" | "minimap";

/** What is under a point. */
interface Under {
  readonly part: Part;
  readonly pane: number;
  readonly box: Box;
}

/** Listens to the pointer; returns what takes the card away when nothing is pointed at any more. */
export function listenToPointer(
  viewer: Viewer,
  canvas: HTMLCanvasElement,
  card: HTMLElement,
): () => void {
  let pressed: { x: number; y: number; under: Under; isDrag: boolean } | null = null;
  canvas.addEventListener("pointerdown", ({ offsetX: x, offsetY: y, button, pointerId }) => {
    const under = underOf(viewer, x, y);
    if (under === null || button !== 0) return;
    canvas.setPointerCapture(pointerId);
    pressed = { x, y, under, isDrag: under.part === "minimap" };
    if (pressed.isDrag) center(viewer, under.box, x);
  });
  canvas.addEventListener("pointermove", ({ offsetX: x, offsetY: y }) => {
    if (pressed === null) return pointAt(viewer, x, y, card);
    const [byX, byY] = [x - pressed.x, y - pressed.y];
    if (!pressed.isDrag && Math.hypot(byX, byY) <= CLICK_MAX) return;
    const { part, box } = pressed.under;
    pressed = { x, y, under: pressed.under, isDrag: true };
    if (part === "minimap") center(viewer, box, x);
    else viewer.move(-byX / box.w, part === "map" ? byY / box.h : 0);
  });
  canvas.addEventListener("pointerup", ({ offsetX: x }) => {
    if (pressed !== null && !pressed.isDrag) click(viewer, pressed.under, x);
    pressed = null;
  });
  canvas.addEventListener("pointercancel", () => pressed = null);
  canvas.addEventListener("pointerleave", () => pointAt(viewer, -1, -1, card));
  canvas.addEventListener("dblclick", () => viewer.hover && viewer.approach(viewer.hover));
  canvas.addEventListener("wheel", (event) => {
    if (!wheel(viewer, event)) return;
    event.preventDefault();
    pointAt(viewer, event.offsetX, event.offsetY, card);
  }, { passive: false });
  return () => {
    if (viewer.hover === null) card.hidden = true;
  };
}

function underOf({ boxes }: Viewer, x: number, y: number): Under | null {
  if (isIn(boxes.minimap, x, y)) return { part: "minimap", pane: 0, box: boxes.minimap };
  for (const [pane, { map, load }] of boxes.panes.entries()) {
    if (isIn(map, x, y)) return { part: "map", pane, box: map };
    if (isIn(load, x, y)) return { part: "load", pane, box: load };
  }
  return null;
}

function pointAt(viewer: Viewer, x: number, y: number, card: HTMLElement): void {
  const under = underOf(viewer, x, y);
  const spot = under?.part === "map" ? spotAt(viewer, under, x, y) : null;
  viewer.point(spot, under === null ? viewer.paneIdx : under.pane);
  card.hidden = spot === null;
  if (spot === null) return;
  card.replaceChildren(
    element("h2", {}, nameOf(viewer.report, spot)),
    lines(ofBuffer(viewer.report, spot)),
  );
  const { clientWidth: width, clientHeight: height } = card.parentElement!;
  const beyond = (at: number, own: number, room: number): number =>
    Math.max(0, at + CARD_GAP + own > room ? at - CARD_GAP - own : at + CARD_GAP);
  card.style.left = `${beyond(x, card.offsetWidth, width)}px`;
  card.style.top = `${beyond(y, card.offsetHeight, height)}px`;
}

function spotAt({ report, view }: Viewer, { pane, box }: Under, x: number, y: number): Spot | null {
  const within = {
    steps: NEAR / box.w * (view.to - view.from),
    bytes: NEAR / box.h * (view.high - view.low),
  };
  const [step, byte] = [stepAt(view, box, x), byteAt(view, box, y)];
  const row = rowAt(report.panes[pane]!, step, byte, within);
  return row < 0 ? null : { pane, row };
}

function click(viewer: Viewer, { part, box }: Under, x: number): void {
  if (part === "map") viewer.choose(viewer.hover);
  else if (part === "load") viewer.chooseStep(stepAt(viewer.view, box, x));
}

/** Moves the middle of what is seen to a place in the minimap. */
function center(viewer: Viewer, box: Box, x: number): void {
  const { from, to } = viewer.view;
  viewer.move((stepAt(viewer.all, box, x) - (from + to) / 2) / (to - from), 0);
}

/** Zooms; says whether the wheel was over something that can be zoomed. */
function wheel(viewer: Viewer, event: WheelEvent): boolean {
  const { offsetX: x, offsetY: y, shiftKey, altKey } = event;
  const under = underOf(viewer, x, y);
  if (under === null || under.part === "minimap") return false;
  // Shift turns the wheel sideways in some browsers.
  const by = Math.exp((event.deltaY || event.deltaX) * WHEEL);
  const { view, boxes } = viewer;
  const { map } = boxes.panes[under.pane]!;
  const isTimeOnly = shiftKey || under.part === "load";
  const at = { step: stepAt(view, map, x), byte: byteAt(view, map, y) };
  viewer.zoom(at, { time: altKey ? 1 : by, bytes: isTimeOnly ? 1 : by });
  return true;
}
