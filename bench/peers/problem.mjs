/**
 * Problems from CSV, and a judge of plans that shares nothing with `memo`.
 *
 * @module
 */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";

/** The CSV files among these paths and in the folders among them, by name. */
export function filesIn(paths) {
  const isTable = (name) => /\.csv(\.gz)?$/.test(name);
  const inside = (path) =>
    statSync(path).isDirectory()
      ? readdirSync(path).filter(isTable).sort().map((name) => join(path, name))
      : [path];
  return paths.flatMap(inside);
}

/** The columns of a problem: `{ name, ids, starts, ends, sizes }`. Alignments are refused. */
export function readProblem(path) {
  const { ids, starts, ends, sizes } = table(path, ["id", "lower", "upper", "size"]);
  return { name: basename(path), ids, starts, ends, sizes };
}

/** The offsets of a plan as `memo` writes it. */
export function readOffsets(path) {
  return table(path, ["id", "offset"]).offsets;
}

/** A plan as MiniMalloc writes it, for judges that read it. */
export function planCsv({ ids, starts, ends, sizes }, offsets) {
  const rows = ids.map((id, i) => `${id},${starts[i]},${ends[i]},${sizes[i]},${offsets[i]}`);
  return `id,lower,upper,size,offset\n${rows.join("\n")}\n`;
}

/** The columns of this name, as numbers but for the first; `ids` for `id`. */
function table(path, names) {
  const bytes = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  const [head, ...lines] = text.split(/\r?\n/).filter((line) => line !== "" && line[0] !== "#");
  const columns = head.split(",").map((name) => name.trim());
  if (columns.includes("alignment")) throw new Error(`${path}: no peer takes alignments`);
  const places = names.map((name) => columns.indexOf(name));
  if (places.includes(-1)) throw new Error(`${path}: the columns are not ${names.join(", ")}`);
  const rows = lines.map((line) => line.split(","));
  const column = (place) => rows.map((row) => Number(row[place]));
  const numbers = names.slice(1).map((name, i) => [`${plural(name)}`, column(places[i + 1])]);
  return { ids: rows.map((row) => row[places[0]]), ...Object.fromEntries(numbers) };
}

function plural(name) {
  return { lower: "starts", upper: "ends", size: "sizes", offset: "offsets" }[name];
}

/** The most bytes that are live at once: no plan has a smaller peak. */
export function maxLoad({ starts, ends, sizes }) {
  const changes = sizes.flatMap((size, i) => [[starts[i], size], [ends[i], -size]]);
  changes.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let load = 0;
  return changes.reduce((max, [, change]) => Math.max(max, load += change), 0);
}

/** The peak of a plan, and what is wrong with it: every pair that is live together is compared. */
export function judge({ ids, starts, ends, sizes }, offsets) {
  const all = sizes.map((_, i) => i);
  const odd = all.find((i) => !Number.isSafeInteger(offsets[i]) || offsets[i] < 0);
  if (odd !== undefined) return { peak: NaN, fault: `${ids[odd]} lies at ${offsets[odd]}` };
  const peak = all.reduce((max, i) => Math.max(max, offsets[i] + sizes[i]), 0);
  all.sort((a, b) => starts[a] - starts[b]);
  for (const [place, a] of all.entries()) {
    for (let next = place + 1; next < all.length && starts[all[next]] < ends[a]; next++) {
      const b = all[next];
      if (offsets[a] < offsets[b] + sizes[b] && offsets[b] < offsets[a] + sizes[a]) {
        return { peak, fault: `${ids[a]} and ${ids[b]} collide` };
      }
    }
  }
  return { peak, fault: null };
}
