/**
 * What came of a comparison, as text or as Markdown.
 *
 * @module
 */

/** A table of all rows, and one of what each contestant did on all problems. */
export function table(rows, isMarkdown) {
  const each = rows.map((row) => [
    row.instance,
    `${row.buffers}`,
    row.name,
    ...(row.fault ? ["–", "–", "–"] : [`${row.peak}`, percent(gap(row)), row.seconds.toFixed(3)]),
    verdict(row),
  ]);
  const head = ["instance", "buffers", "planner", "peak", "gap", "seconds", "both judges"];
  return `${grid([head, ...each], isMarkdown)}\n\n${grid(totals(rows), isMarkdown)}`;
}

function verdict({ fault, disagree }) {
  return disagree ? `THE JUDGES DISAGREE; ${fault ?? "valid"}` : fault ?? "valid";
}

/** How far the peak is above the max load, in its parts. */
function gap({ peak, load }) {
  return load === 0 ? 0 : (peak - load) / load;
}

function percent(share) {
  return `${(100 * share).toFixed(3)} %`;
}

function totals(rows) {
  const names = [...new Set(rows.map(({ name }) => name))];
  const head = ["planner", "planned", "at the load", "mean gap", "largest gap", "seconds in all"];
  return [
    head,
    ...names.map((name) => {
      const all = rows.filter((row) => row.name === name);
      const planned = all.filter(({ fault }) => !fault);
      const gaps = planned.map(gap);
      const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
      return [
        name,
        `${planned.length} of ${all.length}`,
        `${gaps.filter((gap) => gap === 0).length}`,
        percent(sum(gaps) / Math.max(gaps.length, 1)),
        percent(Math.max(0, ...gaps)),
        sum(planned.map(({ seconds }) => seconds)).toFixed(3),
      ];
    }),
  ];
}

/** Cells in columns: those that begin with a digit to the right. */
function grid(rows, isMarkdown) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const pad = (cell, column) =>
    /^[\d–]/.test(cell) ? cell.padStart(widths[column]) : cell.padEnd(widths[column]);
  const lines = rows.map((row) => row.map(pad));
  if (!isMarkdown) return lines.map((line) => line.join("  ").trimEnd()).join("\n");
  const rule = widths.map((width) => "-".repeat(width));
  return [lines[0], rule, ...lines.slice(1)].map((line) => `| ${line.join(" | ")} |`).join("\n");
}
