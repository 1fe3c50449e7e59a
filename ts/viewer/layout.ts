/** Where things are on the canvas. */

import type { Box } from "./view.ts";

/** The boxes of a pane. */
export interface PaneBoxes {
  /** Its name, above the map. */
  readonly name: Box;
  readonly map: Box;
  readonly load: Box;
}

/** The boxes of the canvas. */
export interface Boxes {
  readonly panes: readonly PaneBoxes[];
  readonly minimap: Box;
}

/** Room for the labels of bytes, and for half a label of time. */
const MARGIN = { left: 84, right: 30 };
const NAME = 26;
/** Below a map: the labels of time. */
const AXIS = 24;
const LOAD = 74;
const MINIMAP = { above: 12, height: 40, below: 10 };

/** Panes one under the other or side by side, and the minimap below them. */
export function layout(width: number, height: number, count: number, beside: boolean): Boxes {
  const { above, height: mini, below } = MINIMAP;
  const bottom = height - above - mini - below;
  const [w, h] = beside ? [width / count, bottom] : [width, bottom / count];
  const panes = Array.from({ length: count }, (_, nth) => {
    const [x, y] = beside ? [nth * w, 0] : [0, nth * h];
    return paneBoxes({ x, y, w, h });
  });
  const x = MARGIN.left;
  const minimap = { x, y: bottom + above, w: Math.max(1, width - x - MARGIN.right), h: mini };
  return { panes, minimap };
}

function paneBoxes(box: Box): PaneBoxes {
  const x = Math.round(box.x + MARGIN.left);
  const w = Math.max(1, Math.round(box.w - MARGIN.left - MARGIN.right));
  const top = Math.round(box.y + NAME);
  const loadHeight = Math.min(LOAD, box.h / 4);
  const h = Math.max(1, Math.round(box.h - NAME - AXIS - loadHeight));
  return {
    name: { x, y: box.y, w, h: NAME },
    map: { x, y: top, w, h },
    load: { x, y: top + h + AXIS, w, h: loadHeight },
  };
}
