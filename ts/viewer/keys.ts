/** What each key does, and the page that says so. */

import { element } from "./dom.ts";
import type { LivesPage } from "./lives.ts";
import type { Viewer } from "./viewer.ts";

interface Key {
  readonly keys: readonly string[];
  readonly does: string;
  readonly act: (viewer: Viewer) => void;
}

/** A step of the arrows, as a share of what is seen. */
const STEP = 0.15;
const CLOSER = 0.7;

const KEYS: readonly Key[] = [
  { keys: ["ArrowLeft", "a"], does: "earlier", act: (viewer) => viewer.move(-STEP, 0) },
  { keys: ["ArrowRight", "d"], does: "later", act: (viewer) => viewer.move(STEP, 0) },
  { keys: ["ArrowUp", "w"], does: "higher", act: (viewer) => viewer.move(0, STEP) },
  { keys: ["ArrowDown", "s"], does: "lower", act: (viewer) => viewer.move(0, -STEP) },
  { keys: ["+", "="], does: "closer", act: (viewer) => viewer.zoomMiddle(CLOSER) },
  { keys: ["-"], does: "farther", act: (viewer) => viewer.zoomMiddle(1 / CLOSER) },
  { keys: ["0", "Home"], does: "everything", act: (viewer) => viewer.look(viewer.all) },
  { keys: ["p"], does: "the step of max load", act: (viewer) => viewer.jumpToPeak() },
  { keys: [","], does: "one step earlier", act: (viewer) => viewer.chooseStep(viewer.step - 1) },
  { keys: ["."], does: "one step later", act: (viewer) => viewer.chooseStep(viewer.step + 1) },
  { keys: ["n"], does: "next found", act: (viewer) => viewer.next(1) },
  { keys: ["N"], does: "found before", act: (viewer) => viewer.next(-1) },
  { keys: ["c"], does: "other colors", act: (viewer) => viewer.color(viewer.coloringIdx + 1) },
  { keys: ["l"], does: "plans side by side", act: (viewer) => viewer.toggleLayout() },
  { keys: ["t"], does: "dark or light", act: (viewer) => viewer.toggleTheme() },
  { keys: ["Escape"], does: "let go", act: letGo },
];

/** The keys whose work is done here. */
const ELSEWHERE = [["/", "search"], ["b", "how long buffers live"], ["?", "this page"]] as const;

/** The pages over the page. */
export interface Pages {
  readonly help: HTMLDialogElement;
  readonly lives: LivesPage;
}

const POINTER = [
  ["wheel", "zoom at the pointer; with Shift time only, with Alt bytes only"],
  ["drag", "move"],
  ["click", "keep a buffer in sight; in the load: choose a step"],
  ["double click", "bring a buffer close"],
] as const;

/** Listens to the keyboard; keys typed into a field are left alone. */
export function listenToKeys(viewer: Viewer, { help, lives }: Pages): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (help.open || lives.page.open) return;
    const { target } = event;
    if (target instanceof HTMLInputElement) return typed(viewer, event, target);
    if (target instanceof HTMLSelectElement) return;
    const key = KEYS.find(({ keys }) => keys.includes(event.key));
    if (key !== undefined) key.act(viewer);
    else if (event.key === "/") document.querySelector<HTMLInputElement>("#search")?.focus();
    else if (event.key === "b") lives.show();
    else if (event.key === "?") help.showModal();
    else return;
    event.preventDefault();
  });
}

/** In the search field only: Enter goes on, Escape leaves. */
function typed(viewer: Viewer, event: KeyboardEvent, field: HTMLInputElement): void {
  if (event.key === "Enter") viewer.next(event.shiftKey ? -1 : 1);
  if (event.key === "Escape") field.blur();
}

function letGo(viewer: Viewer): void {
  viewer.choose(null);
  viewer.find("");
}

/** The page that tells the keys. */
export function helpPage(): HTMLDialogElement {
  const told = [...KEYS.map(({ keys, does }) => [keys.join(" "), does]), ...ELSEWHERE, ...POINTER];
  const pairs = told.map(([key, does]) => [element("dt", {}, key!), element("dd", {}, does!)]);
  const close = element("button", { type: "submit" }, "Close");
  const form = element("form", { method: "dialog" }, close);
  return element("dialog", {}, element("h2", {}, "Keys"), element("dl", {}, ...pairs.flat()), form);
}
