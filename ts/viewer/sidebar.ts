/** The words beside the picture: plans, the chosen buffer, who is live, what colours mean. */

import type { Coloring, Pane } from "./document.ts";
import { element, swatch } from "./dom.ts";
import { bytes, count, counted, share } from "./format.ts";
import { groupOf } from "./ink.ts";
import { maxOf } from "./load.ts";
import { type Lines, liveAt, nameOf, ofBuffer, ofPlan, type Party } from "./told.ts";
import type { Viewer } from "./viewer.ts";

/** Most lines of a list. */
const LINES_MAX = 12;

/** Makes the sidebar; returns what keeps it up to date. */
export function sidebar(viewer: Viewer, aside: HTMLElement): () => void {
  const plans = viewer.report.panes.map((pane) => section("plan", pane.name, lines(ofPlan(pane))));
  const [chosen, live, legend] = ["chosen", "live", "legend"].map((id) =>
    element("section", { id })
  );
  aside.append(...plans, chosen!, live!, legend!);
  const parts = [
    part(chosen!, () => [viewer.pin], () => tellChosen(viewer)),
    part(
      live!,
      () => [viewer.paneIdx, viewer.step, viewer.liveBy, viewer.coloringIdx],
      () => tellLive(viewer),
    ),
    part(legend!, () => [viewer.coloringIdx], () => tellLegend(viewer)),
  ];
  return () => parts.forEach((update) => update());
}

/** A section that is written anew when its key has changed. */
function part(
  place: HTMLElement,
  key: () => readonly unknown[],
  write: () => readonly Node[],
): () => void {
  let written = "";
  return () => {
    const now = JSON.stringify(key());
    if (now === written) return;
    written = now;
    place.replaceChildren(...write());
  };
}

function section(id: string, title: string, ...content: readonly Node[]): HTMLElement {
  return element("section", { className: id }, element("h2", {}, title), ...content);
}

/** Names and texts as a list. */
export function lines(told: Lines): HTMLElement {
  const pairs = told.map(([name, text]) => [element("dt", {}, name), element("dd", {}, text)]);
  return element("dl", {}, ...pairs.flat());
}

function tellChosen(viewer: Viewer): Node[] {
  const { pin, report } = viewer;
  if (pin === null) {
    const hint = "Click a buffer to keep it here. ? shows the keys.";
    return [element("p", { className: "quiet" }, hint)];
  }
  return [element("h2", {}, nameOf(report, pin)), lines(ofBuffer(report, pin))];
}

function tellLive(viewer: Viewer): Node[] {
  const { report, pane, step, liveBy } = viewer;
  const parties = liveAt(report, pane, step, liveBy);
  const all = parties.reduce((sum, party) => sum + party.bytes, 0);
  const buffers = parties.reduce((sum, party) => sum + party.rows.length, 0);
  const at = step === maxOf(pane.load).step ? " (max load)" : "";
  const title = `Live at step ${count(step)}${at}`;
  const rest = parties.length - LINES_MAX;
  return [
    element("h2", {}, title),
    element(
      "p",
      { className: "quiet" },
      `${pane.name}: ${counted(buffers, "buffer")}, ${bytes(all)}`,
    ),
    tabs(viewer),
    element("ol", {}, ...parties.slice(0, LINES_MAX).map((party) => partyLine(viewer, party, all))),
    ...(rest > 0 ? [element("p", { className: "quiet" }, `and ${rest} more`)] : []),
  ];
}

function tabs(viewer: Viewer): HTMLElement {
  const tab = (by: "op" | "module"): HTMLElement => {
    const button = element("button", { type: "button" }, `by ${by}`);
    button.setAttribute("aria-pressed", String(viewer.liveBy === by));
    button.addEventListener("click", () => viewer.tellLiveBy(by));
    return button;
  };
  return element("div", { className: "tabs" }, tab("op"), tab("module"));
}

function partyLine(viewer: Viewer, party: Party, all: number): HTMLElement {
  const { report, pane, coloring } = viewer;
  const color = report.palette[groupOf(pane, party.rows[0]!, coloring)]!.fill;
  const numbers = `${bytes(party.bytes)} · ${share(party.bytes, all)} · ${party.rows.length}×`;
  const bar = element("span", { className: "bar" });
  bar.style.width = `${party.bytes / all * 100}%`;
  bar.style.background = color;
  const button = element("button", { type: "button", title: "look for these" });
  button.append(swatch(color), element("b", {}, party.name), element("span", {}, numbers), bar);
  button.addEventListener("click", () => viewer.find(party.name));
  return element("li", {}, button);
}

function tellLegend(viewer: Viewer): Node[] {
  const { coloring, report } = viewer;
  const used = usedGroups(report.panes, coloring);
  const entries = coloring.labels.map((label, group) =>
    element("li", { hidden: used[group] !== 1 }, swatch(report.palette[group]!.fill), label)
  );
  return [
    element("h2", {}, `Colors: ${coloring.title}`),
    element("ul", {}, ...entries),
    element("p", { className: "quiet" }, report.generator),
  ];
}

function usedGroups(panes: readonly Pane[], coloring: Coloring): Uint8Array {
  const used = new Uint8Array(coloring.labels.length);
  for (const pane of panes) {
    for (let row = 0; row < pane.columns.count; row++) used[groupOf(pane, row, coloring)] = 1;
  }
  return used;
}
