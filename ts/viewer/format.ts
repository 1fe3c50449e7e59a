/** How numbers are written: as everywhere in this project (`crates/report/src/units.rs`). */

const UNITS = [["GiB", 2 ** 30], ["MiB", 2 ** 20], ["KiB", 2 ** 10]] as const;

/** Bytes in the largest unit of which there is at least one, for example `1.41 GiB`. */
export function bytes(count: number): string {
  const unit = UNITS.find(([, size]) => count >= size);
  return unit === undefined ? `${count} B` : `${threeDigits(count / unit[1])} ${unit[0]}`;
}

/** As `bytes`, with the exact count beside it where the unit hides it. */
export function bytesExact(number: number): string {
  return number < 1024 ? bytes(number) : `${bytes(number)} (${count(number)} bytes)`;
}

/** A count with its thousands apart, for example `1,042`. */
export function count(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A number of things: `1 buffer`, `1,000 buffers`. */
export function counted(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** A share of a whole in per cent, for example `3.7 %`. */
export function share(part: number, whole: number): string {
  return part === 0 || whole === 0 ? "0 %" : `${threeDigits(part / whole * 100)} %`;
}

function threeDigits(value: number): string {
  const text = rounded(value, value >= 100 ? 0 : value >= 10 ? 1 : 2);
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
}

/** As `toFixed`, but a value that lies exactly in the middle becomes even, as in Rust. */
function rounded(value: number, digits: number): string {
  const text = value.toFixed(digits);
  const isMiddle = /50{28}$/.test(value.toFixed(digits + 29));
  const isOdd = Number(text.at(-1)) % 2 === 1;
  return isMiddle && isOdd ? (value - 0.1 ** digits / 4).toFixed(digits) : text;
}
