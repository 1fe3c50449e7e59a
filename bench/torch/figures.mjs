/**
 * From measured processes to figures: medians with their spread, and ratios with their confidence.
 *
 * Processes of one round ran next to each other, so what is compared is the settings of one round;
 * the machine may change from one round to the next.
 *
 * @module
 */

/** Rows `{ model, image, batch, workers, cells }`; cells by setting. */
export function rowsOf(measured) {
  const rows = new Map();
  for (const one of measured.filter(({ failed }) => !failed)) {
    const { model, image, batch, workers, setting, kind } = one;
    const id = [image, batch, workers, model].join(" ");
    if (!rows.has(id)) {
      rows.set(id, { model, image, batch, workers, cells: new Map() });
    }
    const { cells } = rows.get(id);
    if (!cells.has(setting)) {
      cells.set(setting, { setting, kind, processes: [] });
    }
    cells.get(setting).processes.push(one);
  }
  return [...rows.values()];
}

/** Elements by what `key` says of them, in the order in which each was met first. */
export function groupBy(elements, key) {
  const groups = new Map();
  for (const element of elements) {
    const name = key(element);
    groups.set(name, [...(groups.get(name) ?? []), element]);
  }
  return groups;
}

export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** The median, the least and the most, as text. */
export function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const [least, middle, most] = [sorted[0], median(sorted), sorted.at(-1)].map((value) =>
    value.toFixed(1)
  );
  return `${middle} [${least}, ${most}]`;
}

/** The median of the processes' medians, and the least and the most of them, in milliseconds. */
export function latency({ processes }) {
  const medians = processes.map(({ median }) => median / 1e6);
  return {
    ms: median(medians),
    least: Math.min(...medians),
    most: Math.max(...medians),
  };
}

/** What else a cell has: tails, faults and memory. */
export function rest({ processes }) {
  return {
    tail: median(processes.map(tail)),
    faults: median(processes.map(({ faults, count }) => faults / count)),
    resident: median(processes.map(resident)),
  };
}

/** The processor time of a run: what others on the machine do counts less. */
export function processorTime({ cpu_ns, count }) {
  return cpu_ns / count;
}

/** How far the slowest runs are from the others. */
export function tail({ p99, median }) {
  return p99 / median;
}

/** The most bytes that were resident. */
export function resident({ resident_max }) {
  return resident_max;
}

/** The fastest of a kind in a row; by the median of its processes. */
export function best({ cells }, kind) {
  const ofKind = [...cells.values()].filter((cell) => cell.kind === kind);
  return ofKind.sort((a, b) => latency(a).ms - latency(b).ms)[0];
}

/**
 * How much of another's time a cell takes, round by round: the median ratio with the 95 % interval
 * of a bootstrap over the rounds, which a few do not bear: then it has no bounds. None without a common
 * round. The figure is the median latency if no other is named.
 */
export function ratio(cell, other, figure = ({ median }) => median) {
  const of = new Map(
    other.processes.map((process) => [process.round, figure(process)]),
  );
  const ratios = cell.processes
    .filter(({ round }) => of.has(round))
    .map((process) => figure(process) / of.get(process.round));
  if (ratios.length === 0) return null;
  if (ratios.length < ROUNDS_MIN) return { ratio: median(ratios), low: 0, high: Infinity };
  const medians = resampled(ratios, median).sort((a, b) => a - b);
  const [low, high] = [0.025, 0.975].map((share) => medians[Math.floor(share * medians.length)]);
  return { ratio: median(ratios), low, high };
}

export function geometricMean(numbers) {
  return Math.exp(
    numbers.reduce((sum, number) => sum + Math.log(number), 0) / numbers.length,
  );
}

const RESAMPLES = 2000;

/** The least and the most of five hold the true median in 15 of 16 cases; of fewer, in less. */
const ROUNDS_MIN = 5;

/** A statistic of samples drawn with replacement; the same ones each time. */
function resampled(values, statistic) {
  let state = 1;
  const below = (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return Array.from(
    { length: RESAMPLES },
    () => statistic(values.map(() => values[below(values.length)])),
  );
}
