/** The line above the picture: title, search, colours, and a button for what has no place else. */

import { element } from "./dom.ts";
import { count } from "./format.ts";
import type { Pages } from "./keys.ts";
import type { Viewer } from "./viewer.ts";

/** Makes the toolbar; returns what keeps it up to date. */
export function toolbar(viewer: Viewer, header: HTMLElement, { help, lives }: Pages): () => void {
  const field = element("input", {
    type: "search",
    id: "search",
    placeholder: "op, module, id or #7",
  });
  field.setAttribute("aria-label", "Search");
  field.addEventListener("input", () => viewer.find(field.value));
  const status = element("output", { id: "found" });
  const colors = element("select", { id: "coloring" });
  colors.setAttribute("aria-label", "Colors");
  colors.append(
    ...viewer.report.colorings.map(({ title }) => element("option", {}, `by ${title}`)),
  );
  colors.addEventListener("change", () => viewer.color(colors.selectedIndex));
  const button = (id: string, text: string, act: () => void): HTMLElement => {
    const made = element("button", { type: "button", id }, text);
    made.addEventListener("click", act);
    return made;
  };
  const beside = button("layout", "Side by side", () => viewer.toggleLayout());
  beside.hidden = viewer.report.panes.length < 2;
  header.append(
    element("h1", {}, viewer.report.title),
    field,
    button("before", "‹", () => viewer.next(-1)),
    button("next", "›", () => viewer.next(1)),
    status,
    colors,
    button("peak", "Peak", () => viewer.jumpToPeak()),
    button("all", "All", () => viewer.look(viewer.all)),
    beside,
    button("behavior", "Lives", () => lives.show()),
    button("theme", "Dark or light", () => viewer.toggleTheme()),
    button("help", "?", () => help.showModal()),
  );
  return () => {
    if (field.value !== viewer.text) field.value = viewer.text;
    colors.selectedIndex = viewer.coloringIdx;
    status.textContent = foundText(viewer);
  };
}

function foundText({ found, foundIdx }: Viewer): string {
  if (found === null) return "";
  const all = count(found.spots.length);
  return foundIdx < 0 ? `${all} found` : `${count(foundIdx + 1)} of ${all}`;
}
