/** Elements of the page. Text is only ever set as text, so it is never read as HTML. */

type Tags = HTMLElementTagNameMap;

/** Makes an element with these properties and children. */
export function element<K extends keyof Tags>(
  tag: K,
  properties: Partial<Tags[K]> = {},
  ...children: readonly (Node | string)[]
): Tags[K] {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** A square of a colour. */
export function swatch(color: string): HTMLElement {
  const made = element("i", { className: "swatch" });
  made.style.background = color;
  return made;
}
