/**
 * What was measured, as Markdown and as pictures.
 *
 * @module
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  best,
  geometricMean,
  groupBy,
  latency,
  median,
  processorTime,
  ratio,
  resident,
  rest,
  rowsOf,
  tail,
} from "./figures.mjs";
import { draw } from "./picture.mjs";

/** Writes `report.md`, and a picture for each number of workers where Vega is installed. */
export async function writeReport(folder, measured) {
  const rows = rowsOf(measured);
  if (rows.length === 0) {
    console.error("nothing was measured yet");
    return;
  }
  const failed = measured.filter(({ failed }) => failed);
  const groups = groupBy(
    rows,
    ({ image, batch, workers }) => title({ image, batch, workers }),
  );
  const text = [
    heading(measured),
    summary(rows),
    ...[...groups].map(([title, rows]) => `## ${title}\n\n${tables(rows)}`),
    ...failed.map((one) => `* ${one.model} ${title(one)}, ${one.setting}: ${one.failed}`),
  ];
  const path = join(folder, "report.md");
  writeFileSync(path, `${text.join("\n\n")}\n`);
  console.log(summary(rows));
  console.error(`${path}${await draw(folder, groups)}`);
}

function title({ image, batch, workers }) {
  return `${image} pixels, batch ${batch}, ${workers} worker${workers === "1" ? "" : "s"}`;
}

function heading(measured) {
  const [{ machine }] = measured;
  const { runtime, cpu } = measured.find(({ runtime }) => runtime) ?? {};
  const busy = median(measured.map(({ busy }) => busy));
  const unequal = unequalOutputs(measured);
  return `# LibTorch, by who serves its memory

${machine}; ${runtime}, ${cpu}; load ${busy.toFixed(1)} in the median. Fresh processes in turns.
Latencies are the median of the processes' medians in ms, [least, most]. Outputs ${
    unequal.length === 0 ? "are bit-equal in all settings." : `DIFFER: ${unequal.join(", ")}.`
  }`;
}

/** Rows whose settings did not all compute the same. */
function unequalOutputs(measured) {
  const rows = groupBy(
    measured.filter(({ failed }) => !failed),
    (one) => `${one.model} ${title(one)}`,
  );
  return [...rows].filter(([, all]) => new Set(all.map(({ outputs }) => outputs)).size > 1)
    .map(([name]) => name);
}

/** Planned against each kind, over all rows. */
function summary(rows) {
  return [
    `Latency, planned:\n\n${compared(rows)}`,
    `Processor time, planned:\n\n${compared(rows, processorTime)}`,
    `Planned against each, in the geometric mean of the rows:\n\n${againstEach(rows)}`,
  ].join("\n\n");
}

/** The best of several settings is the one that chance favoured; against each of them it does not. */
function againstEach(rows) {
  const mean = (setting, figure) => {
    const ratios = rows.flatMap(({ cells }) => {
      const [planned, other] = [cells.get("planned"), cells.get(setting)];
      return (planned && other && ratio(planned, other, figure)?.ratio) ?? [];
    });
    return ratios.length > 0 ? percent(geometricMean(ratios)) : "–";
  };
  const others = settingsOf(rows).filter((setting) => setting !== "planned");
  return table(["", ...others], [
    ["latency", ...others.map((setting) => mean(setting))],
    [
      "processor time",
      ...others.map((setting) => mean(setting, processorTime)),
    ],
    ["p99 / median", ...others.map((setting) => mean(setting, tail))],
    ["most resident", ...others.map((setting) => mean(setting, resident))],
  ]);
}

function settingsOf(rows) {
  return [...new Set(rows.flatMap(({ cells }) => [...cells.keys()]))];
}

/** The ratio of planned to the fastest of a kind in a row, and its setting; null if one is missing. */
function plannedAgainst(row, kind, figure) {
  const [planned, other] = [row.cells.get("planned"), best(row, kind)];
  const found = planned && other && ratio(planned, other, figure);
  return found ? { ...found, other: other.setting } : null;
}

function compared(rows, figure) {
  const lines = ["default", "tuned"].flatMap((kind) => {
    const compared = rows.flatMap((row) => {
      const found = plannedAgainst(row, kind, figure);
      return found ? [{ ...found, row }] : [];
    });
    if (compared.length === 0) return [];
    const clear = (faster) =>
      compared.filter(({ low, high }) => (faster ? high < 1 : low > 1)).length;
    const least = compared.toSorted((a, b) => a.ratio - b.ratio)[0];
    const name = `${least.row.model}, ${title(least.row)}`;
    return [
      `* against the best ${kind} allocator of each row: ${
        percent(geometricMean(compared.map(({ ratio }) => ratio)))
      } in the geometric mean of ${compared.length} rows; clearly faster in ${clear(true)}, ` +
      `clearly slower in ${clear(false)}, within noise in ${
        compared.length - clear(true) - clear(false)
      }; best: ${percent(least.ratio)} (${name}, ${least.other})`,
    ];
  });
  return lines.join("\n");
}

function tables(rows) {
  const settings = settingsOf(rows);
  const of = (figure) => (row) => [
    row.model,
    ...settings.map((setting) => row.cells.has(setting) ? figure(row.cells.get(setting)) : "–"),
  ];
  const against = (kind) => (row) => {
    const found = plannedAgainst(row, kind);
    if (!found) return "–";
    const bounds = found.low > 0 ? ` [${percent(found.low)}, ${percent(found.high)}]` : "";
    return `${percent(found.ratio)}${bounds}`;
  };
  return [
    table(["median, ms", ...settings], rows.map(of(spread))),
    table(
      ["planned against", "best default", "best tuned"],
      rows.map((
        row,
      ) => [row.model, against("default")(row), against("tuned")(row)]),
    ),
    table(
      ["processor time a run, ms", ...settings],
      rows.map(
        of((cell) => (median(cell.processes.map(processorTime)) / 1e6).toFixed(2)),
      ),
    ),
    table(
      ["p99 / median", ...settings],
      rows.map(of((cell) => rest(cell).tail.toFixed(2))),
    ),
    table(
      ["faults a run", ...settings],
      rows.map(of((cell) => rest(cell).faults.toFixed(1))),
    ),
    table(
      ["most resident, MiB", ...settings],
      rows.map(of((cell) => mib(rest(cell).resident))),
    ),
  ].join("\n\n");
}

function spread(cell) {
  const { ms, least, most } = latency(cell);
  return `${ms.toFixed(2)} [${least.toFixed(2)}, ${most.toFixed(2)}]`;
}

function mib(bytes) {
  return (bytes / 2 ** 20).toFixed(0);
}

function percent(ratio) {
  const more = (ratio - 1) * 100;
  return `${more < 0 ? "−" : "+"}${Math.abs(more).toFixed(1)} %`;
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [
    line(head),
    line(head.map((_, idx) => (idx === 0 ? "---" : "--:"))),
    ...rows.map(line),
  ]
    .join("\n");
}
