/**
 * The viewer in the page of a report: reads what the page holds, makes the page, draws.
 *
 * `npm run viewer` bundles it into `crates/report/src/html/viewer.js`. It fetches nothing.
 */

/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { readReport } from "./document.ts";
import { element } from "./dom.ts";
import { helpPage, listenToKeys } from "./keys.ts";
import { livesPage } from "./lives.ts";
import { listenToPointer } from "./pointer.ts";
import { sidebar } from "./sidebar.ts";
import { followSystem } from "./theme.ts";
import { toolbar } from "./toolbar.ts";
import { Viewer } from "./viewer.ts";

const data = document.querySelector("#data")!;
const report = await readReport(data.textContent);
data.remove();

const canvas = element("canvas", { tabIndex: 0 });
canvas.setAttribute("role", "img");
canvas.setAttribute("aria-label", "Map of time and offsets; the sidebar tells it in words");
const card = element("div", { id: "card", hidden: true });
const [header, aside, help] = [element("header"), element("aside"), helpPage()];
document.body.append(header, element("main", {}, canvas, card), aside, help);

followSystem(() => viewer.restyle());
const viewer = new Viewer(report, canvas);
const lives = livesPage(viewer);
document.body.append(lives.page);
const updates = [
  toolbar(viewer, header, { help, lives }),
  sidebar(viewer, aside),
  listenToPointer(viewer, canvas, card),
];
viewer.onFrame = () => {
  updates.forEach((update) => update());
  document.body.dataset.ready = "yes";
};
listenToKeys(viewer, { help, lives });
new ResizeObserver(() => viewer.resized()).observe(canvas);
