/**
 * An alloc and its free through `c10::Allocator`, beside every allocator that can be had:
 * `node bench/torch/pair.mjs [--rounds 7] [--trace FILE] [--json]`.
 *
 * The tables of `cargo run --release -p memo-bench --bin arena`, measured in processes that link
 * LibTorch: in `planned` ours is installed and serves each run from an arena, in the others LibTorch
 * has its own allocator over that of the process. The net is without the loop, but with the calls
 * from Rust into C++. A round takes about half a minute.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { must, ROOT } from "../../scripts/lib/command.mjs";
import { libtorch } from "../../scripts/libtorch.mjs";

const { env } = libtorch();
const release = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), "release");
const build = ["build", "--release", "--quiet", "--package"];
await must("cargo", [...build, "memo-torch", "--example=pair"], { env });
await must("cargo", [...build, "memo-bench", "--bin=arena"], { env });
const args = ["--through", join(release, "examples", "pair"), ...process.argv.slice(2)];
const { status } = spawnSync(join(release, "arena"), args, { stdio: "inherit" });
process.exitCode = status ?? 1;
