/** Light and dark: the colours of the canvas are those of the style sheet. */

const NAMES = ["paper", "field", "text", "quiet", "grid", "peak", "bound", "load"] as const;

/** The colours of everything that is not a buffer. */
export type Theme = Readonly<Record<typeof NAMES[number], string>>;

/** The colours in force. */
export function theme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const colors = NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]);
  return Object.fromEntries(colors);
}

/** Light or dark as the system prefers; calls back when that has changed. */
export function followSystem(changed: () => void): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = (): void => set(dark.matches);
  follow();
  dark.addEventListener("change", () => {
    follow();
    changed();
  });
}

/** Changes from light to dark, or back. */
export function toggleTheme(): void {
  set(document.documentElement.dataset.theme !== "dark");
}

function set(isDark: boolean): void {
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
}
