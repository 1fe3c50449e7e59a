/**
 * Rectangles as pixels, any number of them in the time of a frame.
 *
 * Buffers of a plan share no byte while they are live, so no two rectangles overlap. A rectangle
 * therefore gets exactly the pixels whose centre it holds, and all rectangles together write each
 * pixel once at most: what is drawn costs O(rows + pixels), whatever their sizes. What is dense is
 * dense on the screen, and a hole is a hole.
 *
 * A rectangle too thin to hold a centre gets the pixels it passes through that are still free, in a
 * fainter colour: it is seen where nothing else is, and cannot be taken for more than it is. These
 * are looked at under a budget, spread evenly over all of them.
 */

import type { Columns } from "./columns.ts";
import type { View } from "./view.ts";

/** Pixels, as red, green, blue, alpha in one number each. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint32Array;
}

/** Rectangles wider and higher than this many pixels are separated by a line. */
const LINE_FROM = 3;

/** So many pixels are looked at for thin rectangles: a few milliseconds. */
const THIN_BUDGET = 2_000_000;

/** Rows too thin to hold a pixel's centre; kept from frame to frame. */
let thin = new Uint32Array(0);

/**
 * Draws what is in view over a background. Returns the rows that are larger than `large` pixels:
 * there is room for their name.
 */
export function draw(
  raster: Raster,
  columns: Columns,
  ink: Uint32Array,
  view: View,
  background: number,
  large: { readonly w: number; readonly h: number },
): number[] {
  const { width, height, pixels } = raster;
  const { start, end, offset, size } = columns;
  const { from, to, low, high } = view;
  const [perStep, perByte] = [width / (to - from), height / (high - low)];
  if (thin.length < columns.count) thin = new Uint32Array(columns.count);
  pixels.fill(background);
  const named: number[] = [];
  let thinCount = 0;
  for (let row = 0; row < columns.count && start[row]! < to; row++) {
    const byte = offset[row]!;
    const top = byte + size[row]!;
    if (end[row]! <= from || top <= low || byte >= high) continue;
    const left = Math.round((start[row]! - from) * perStep);
    const right = Math.round((end[row]! - from) * perStep);
    const upper = Math.round(height - (top - low) * perByte);
    const lower = Math.round(height - (byte - low) * perByte);
    if (left === right || upper === lower) {
      thin[thinCount++] = row;
      continue;
    }
    const [w, h] = [right - left, lower - upper];
    if (w > large.w && h > large.h) named.push(row);
    const line = w > LINE_FROM && h > LINE_FROM ? 1 : 0;
    const [first, last] = [Math.max(left, 0), Math.min(right - line, width)];
    const bottom = Math.min(lower, height);
    for (let y = Math.max(upper + line, 0); y < bottom; y++) {
      fill(pixels, ink[row]!, y * width + first, y * width + last);
    }
  }
  drawThin(raster, columns, ink, view, background, thinCount);
  return named;
}

/** As `TypedArray.fill`, whose call costs more than a few pixels do. */
function fill(pixels: Uint32Array, color: number, first: number, last: number): void {
  if (last - first > 16) pixels.fill(color, first, last);
  else for (let at = first; at < last; at++) pixels[at] = color;
}

function drawThin(
  { width, height, pixels }: Raster,
  { start, end, offset, size }: Columns,
  ink: Uint32Array,
  { from, to, low, high }: View,
  background: number,
  count: number,
): void {
  const [perStep, perByte] = [width / (to - from), height / (high - low)];
  const share = Math.max(1, Math.floor(THIN_BUDGET / count));
  for (let nth = 0; nth < count; nth++) {
    const row = thin[nth]!;
    const left = pixel((start[row]! - from) * perStep, width);
    const right = Math.min(width, Math.ceil((end[row]! - from) * perStep));
    const upper = pixel(height - (offset[row]! + size[row]! - low) * perByte, height);
    const lower = Math.min(height, Math.ceil(height - (offset[row]! - low) * perByte));
    const isWide = right - left >= lower - upper;
    const length = Math.max(1, isWide ? right - left : lower - upper);
    const stride = Math.ceil(length / share);
    const faint = mixed(ink[row]!, background);
    let at = upper * width + left;
    for (let along = 0; along < length; along += stride) {
      if (pixels[at] === background) pixels[at] = faint;
      at += isWide ? stride : stride * width;
    }
  }
}

/** The pixel of a row or column that a place is in. */
function pixel(place: number, count: number): number {
  return Math.min(Math.max(Math.floor(place), 0), count - 1);
}

/** Half of each colour. */
export function mixed(a: number, b: number): number {
  return (((a & 0xfefefe) >>> 1) + ((b & 0xfefefe) >>> 1) | 0xff000000) >>> 0;
}
