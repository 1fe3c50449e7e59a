/**
 * Which rows are measured, in which order, and which are not.
 *
 * A row is a model, an image size, a batch and a number of workers. Rows go outwards from the first of
 * each list, where a run is shortest and its memory counts most. What a process of a row would need is
 * foreseen from the rows of its model that were measured before, so that one too many for the machine
 * never starts.
 *
 * @module
 */

/** Runs of each worker that a process makes at least: those before it measures, and five. */
const RUNS_MIN = 15;

/** The longest that those of a process may take. */
const SECONDS_MAX = 60;

/** The most of the machine's memory that a process may have. */
const SHARE_MAX = 0.6;

/** All rows of these lists; the nearest to the first of each list first. */
export function rowsOutwards({ models, images, batches, workers }) {
  const rows = [];
  for (const [far, image] of images.entries()) {
    for (const [farther, batch] of batches.entries()) {
      for (const [farthest, count] of workers.entries()) {
        const distance = far + farther + farthest;
        const row = (model) => ({
          distance,
          row: { model, image, batch, workers: count },
        });
        rows.push(...models.map(row));
      }
    }
  }
  return rows.sort((a, b) => a.distance - b.distance).map(({ row }) => row);
}

/** Why a row would be too much for a machine `{ cores, bytes }`, or null. */
export function tooMuch(row, measured, machine) {
  const smaller = measured.filter((one) => isWithin(one, row));
  if (smaller.some(({ killed }) => killed)) return "one no larger was killed";
  const found = smaller.filter(({ failed }) => !failed);
  if (found.length === 0) return null;
  const largest = Math.max(...found.map(amount));
  const near = found.filter((one) => amount(one) === largest);
  const growth = amount(row) / largest;
  const seconds = Math.max(
    ...near.map((one) => one.median / 1e9 * growth * shared(one, machine) / shared(row, machine)),
  );
  if (seconds * RUNS_MIN > SECONDS_MAX) {
    return `about ${seconds.toFixed(1)} s a run`;
  }
  const bytes = Math.max(...near.map(({ resident_max }) => resident_max)) *
    growth;
  return bytes > SHARE_MAX * machine.bytes ? `about ${(bytes / 2 ** 30).toFixed(0)} GiB` : null;
}

function isWithin(one, row) {
  const within = (name) => Number(one[name]) <= Number(row[name]);
  return one.model === row.model && ["image", "batch", "workers"].every(within);
}

/** Pixels at a time. */
function amount({ image, batch, workers }) {
  return image ** 2 * batch * workers;
}

/** How many workers run at a time. */
function shared({ workers }, { cores }) {
  return Math.min(workers, cores);
}
