/**
 * Pictures of what was measured, drawn by Vega where `npm install --prefix bench/torch` put it.
 *
 * @module
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { latency } from "./figures.mjs";

/** Writes a picture for each group; returns what to tell of it. */
export async function draw(folder, groups) {
  const vega = await library("vega");
  const lite = await library("vega-lite");
  if (!vega || !lite) return "; for pictures: npm ci --prefix bench/torch";
  for (const [title, rows] of groups) {
    const { spec } = lite.compile(specification(title, rows));
    const svg = await new vega.View(vega.parse(spec), { renderer: "none" })
      .toSVG();
    writeFileSync(
      join(folder, `${title.replaceAll(/[^a-z0-9]+/g, "-")}.svg`),
      svg,
    );
  }
  return ` and ${groups.size} pictures beside it`;
}

async function library(name) {
  try {
    return await import(name);
  } catch {
    return null;
  }
}

/** Each setting's latency as a share of glibc's as it comes, one line a model. */
function specification(title, rows) {
  const values = rows.flatMap(({ model, cells }) => {
    const base = cells.get("glibc") ?? [...cells.values()][0];
    return [...cells.values()].map((cell) => ({
      model,
      setting: cell.setting,
      ratio: latency(cell).ms / latency(base).ms,
    }));
  });
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title,
    width: 520,
    data: { values },
    mark: { type: "point", filled: true, size: 60, tooltip: true },
    encoding: {
      x: {
        field: "ratio",
        type: "quantitative",
        scale: { zero: false },
        title: "latency, as a share of glibc's as it comes",
      },
      y: { field: "model", type: "nominal", sort: null, title: null },
      color: { field: "setting", type: "nominal", title: null },
      shape: { field: "setting", type: "nominal", title: null },
    },
  };
}
