/** The page about lives: how long and how large, by group, and those that hold most for longest. */

import { element, swatch } from "./dom.ts";
import { bytes, count, counted } from "./format.ts";
import { type Habit, habitsOf, outliersOf, stepsOf } from "./habits.ts";
import { drawScatter, powersOf, rowNear } from "./scatter.ts";
import { theme } from "./theme.ts";
import { nameOf } from "./told.ts";
import type { Viewer } from "./viewer.ts";

const SIZE = { width: 680, height: 260 };
const OUTLIERS_MAX = 8;

/** The page, and what fills and shows it. */
export interface LivesPage {
  readonly page: HTMLDialogElement;
  readonly show: () => void;
}

/** Makes the page, empty until it is shown. */
export function livesPage(viewer: Viewer): LivesPage {
  const page = element("dialog", { id: "lives" });
  const choose = (row: number): void => {
    const spot = { pane: viewer.paneIdx, row };
    viewer.choose(spot);
    viewer.approach(spot);
    page.close();
  };
  const show = (): void => {
    const close = element("button", { type: "submit" }, "Close");
    page.replaceChildren(
      element("h2", {}, `Lives: ${viewer.pane.name}`),
      dots(viewer, choose),
      element("p", { className: "quiet" }, ...explained()),
      element("h2", {}, "Most bytes for most steps"),
      outliers(viewer, choose),
      element("h2", {}, `By ${viewer.coloring.title}`),
      habits(viewer),
      element("form", { method: "dialog" }, close),
    );
    page.showModal();
  };
  return { page, show };
}

function explained(): (Node | string)[] {
  const line = (name: string): Node => element("b", { className: name }, "line");
  return [
    "Dots: steps lived across, size up, both by powers of two; click one to see it. Dark ",
    line("rows"),
    ": the share of all that live no longer; red ",
    line("bytes"),
    ": that of their bytes.",
  ];
}

function dots(viewer: Viewer, choose: (row: number) => void): HTMLElement {
  const { report, pane, coloring } = viewer;
  const { width, height } = SIZE;
  const canvas = element("canvas", { width: width * devicePixelRatio });
  canvas.height = height * devicePixelRatio;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", "Steps lived against size; the lists below tell it in words");
  const context = canvas.getContext("2d")!;
  context.scale(devicePixelRatio, devicePixelRatio);
  const powers = powersOf(pane, width, height);
  drawScatter(context, report, pane, coloring, powers, theme());
  canvas.addEventListener("click", ({ offsetX: x, offsetY: y }) => {
    const row = rowNear(pane, powers, { x, y });
    if (row >= 0) choose(row);
  });
  return canvas;
}

function outliers(viewer: Viewer, choose: (row: number) => void): HTMLElement {
  const { pane, report, paneIdx } = viewer;
  const entries = outliersOf(pane, OUTLIERS_MAX).map((row) => {
    const name = nameOf(report, { pane: paneIdx, row });
    const steps = counted(stepsOf(pane, row), "step");
    const told = `${bytes(pane.columns.size[row]!)} for ${steps}`;
    const button = element(
      "button",
      { type: "button" },
      element("b", {}, name),
      element("span", {}, told),
    );
    button.addEventListener("click", () => choose(row));
    return element("li", {}, button);
  });
  return element("ol", {}, ...entries);
}

function habits({ pane, report, coloring }: Viewer): HTMLElement {
  const row = ({ group, ...habit }: Habit): HTMLElement => {
    const name = element("th", {}, swatch(report.palette[group]!.fill), coloring.labels[group]!);
    const cells = [
      count(habit.rows),
      bytes(habit.bytes),
      bytes(habit.largest),
      count(habit.median),
      count(habit.longest),
    ];
    return element("tr", {}, name, ...cells.map((cell) => element("td", {}, cell)));
  };
  const titles = [coloring.title, "lives", "bytes", "largest", "median steps", "longest"];
  const head = element("tr", {}, ...titles.map((title) => element("th", {}, title)));
  return element("table", {}, head, ...habitsOf(pane, coloring).map(row));
}
