/**
 * The arena's tests under AddressSanitizer, with free slots poisoned, and ThreadSanitizer.
 *
 * AddressSanitizer works with any Rust. ThreadSanitizer needs the standard library built with it,
 * so a nightly with its sources: `rustup +nightly component add rust-src`; without one it is skipped.
 *
 * @module
 */

import { join } from "node:path";

import { run } from "./command.mjs";
import { NONE, ofLibtest, sum } from "./counts.mjs";

/** Each call takes ten to a hundred times longer. */
const CALLS = "1000000";

/** Runs both. */
export async function testSanitizers() {
  const { stdout } = await run("rustc", ["--version", "--verbose"], { quiet: true });
  const target = /^host: (.+)$/m.exec(stdout)?.[1];
  return sum([await address(target), await threads(target)]);
}

/** Leaks are not looked for: slots of addresses and lists of the process are never given back. */
function address(target) {
  const env = { RUSTC_BOOTSTRAP: "1", ASAN_OPTIONS: "detect_leaks=0" };
  return tests("address", target, { flags: "--cfg poison", env });
}

async function threads(target) {
  const sources = join("lib", "rustlib", "src", "rust", "library", "Cargo.lock");
  const found = await run("rustc", ["+nightly", "--print", "sysroot"], { quiet: true });
  const there = found.status === 0 &&
    (await run("test", ["-f", join(found.stdout.trim(), sources)], { quiet: true })).status === 0;
  // A test forks while there are threads, and its child starts some.
  const env = { TSAN_OPTIONS: "die_after_fork=0" };
  const how = { toolchain: ["+nightly"], more: ["-Zbuild-std"], env };
  if (there) return tests("thread", target, how);
  const reason = "ThreadSanitizer: needs `rustup +nightly component add rust-src`";
  return { ...NONE, skipped: 1, reasons: [reason] };
}

async function tests(sanitizer, target, { toolchain = [], flags = "", env = {}, more = [] }) {
  const chosen = ["--package=memo-malloc", "--no-default-features", "--lib", "arena::"];
  const args = [...toolchain, "test", ...more, "--target", target, ...chosen];
  const settings = {
    RUSTFLAGS: `-Zsanitizer=${sanitizer} ${flags}`.trim(),
    CARGO_TARGET_DIR: join("target", sanitizer),
    MEMO_CALLS: CALLS,
    ...env,
  };
  const { status, stdout } = await run("cargo", args, { env: settings });
  return ofLibtest(stdout, status);
}
