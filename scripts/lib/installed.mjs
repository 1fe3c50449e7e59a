/**
 * The packages as users install and run them: from a registry, into empty folders, in each runtime.
 *
 * @module
 */

import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { NPM, ROOT, run } from "./command.mjs";
import { JSR, manifestOf, pack, packageOf, packEmpty, PLATFORMS } from "./pack.mjs";
import { serve } from "./registry.mjs";
import { RUNTIMES } from "./runtimes.mjs";

const [NODE] = RUNTIMES.node;
const [BUN] = RUNTIMES.bun;
const [DENO] = RUNTIMES.deno;
const GOOD = "optimal 1536 true\n";
const UNNAMED = /^LIBRARY: [^]* is not named by MEMO_TORCH_LIB\nfix: build/;

/** Older releases of Node that the package says it runs on, besides the one in package-lock.json. */
const OLDER_NODES = ["20.20.2", "22.22.0"];

/** Packs, installs and uses; returns the counts. */
export async function testInstalled(profile = "dev") {
  const packed = await pack({ profile });
  const { name: own, os, cpu } = packed[0].manifest;
  const others = PLATFORMS.filter((platform) => packageOf(platform) !== own);
  // Deno knows nothing of C libraries and fetches the packages of all.
  for (const platform of others.filter((it) => it.os === os[0] && it.cpu === cpu[0])) {
    packed.push(await packEmpty(platform));
  }
  const registry = await serve(packed, others.map(manifestOf));
  const folder = mkdtempSync(join(tmpdir(), "memo-installed-"));
  const counts = { passed: 0, failed: 0, skipped: 0, reasons: [] };
  try {
    const users = new Users(folder, registry.url, counts);
    await users.ofNpm(own);
    await users.ofOlderNodes();
    await users.ofBun();
    await users.ofDeno();
    await users.withoutNativeFiles(own);
    await users.ofJsr();
  } finally {
    registry.close();
    rmSync(folder, { recursive: true });
  }
  return counts;
}

/** People who install the package, each in a folder of their own. */
class Users {
  constructor(folder, registry, counts) {
    Object.assign(this, { folder, registry, counts });
  }

  async ofNpm(own) {
    const home = this.home("npm", { type: "module" });
    await this.expect("npm install", home, [NPM, "install", "@memo/malloc"], /./);
    await this.expect("node", home, [NODE, "use.mjs"], GOOD);
    await this.expect("node, npm's bun", home, [BUN, "run", "use.mjs"], GOOD);
    await this.expect("deno, npm's folder", home, [DENO, ...DENO_RUN, "use.mjs"], GOOD);
    await this.expect("node, LibTorch", home, [NODE, "torch.mjs"], UNNAMED);
    await this.expect("npx memo", home, ["npx", "memo", "--version"], /^memo \d/);
    await this.expect(
      "npx memo plan",
      home,
      ["npx", "memo", "plan", "buffers.csv", "-o-"],
      /"peak":\s*1536/,
    );
    await this.expect("npx memo fails", home, ["npx", "memo", "plan", "none.csv"], "", 2);
    const tsc = join(ROOT, "node_modules", ".bin", "tsc");
    await this.expect("types", home, [tsc, "--noEmit", "--strict", ...TSC, "types.ts"], "");
    const found = readdirSync(join(home, "node_modules", "@memo")).map((name) => `@memo/${name}`);
    const wanted = ["@memo/malloc", "@memo/malloc-native", own].sort();
    this.judge("this platform's files only", `${found.sort()}` === `${wanted}`, `${found}`);
  }

  async ofOlderNodes() {
    const home = join(this.folder, "npm");
    for (const version of OLDER_NODES) {
      const node = await olderNode(version);
      if (node === undefined) {
        this.counts.skipped++;
        this.counts.reasons.push(`node ${version}: not to be had here`);
      } else {
        await this.expect(`node ${version}`, home, [node, "use.mjs"], GOOD);
      }
    }
  }

  async ofBun() {
    const home = this.home("bun", {});
    await this.expect("bun add", home, [BUN, "add", "@memo/malloc"], /./);
    await this.expect("bun", home, [BUN, "run", "use.mjs"], GOOD);
    await this.expect("bun, LibTorch", home, [BUN, "run", "torch.mjs"], UNNAMED);
    await this.expect("bunx memo", home, [BUN, "x", "memo", "--version"], /^memo \d/);
  }

  async ofDeno() {
    const home = this.home("deno", undefined);
    await this.expect("deno add", home, [DENO, "add", "npm:@memo/malloc"], "");
    await this.expect("deno", home, [DENO, ...DENO_RUN, "use.mjs"], GOOD);
    const naming = [DENO, ...DENO_RUN, "--allow-env=MEMO_TORCH_LIB", "torch.mjs"];
    await this.expect("deno, LibTorch", home, naming, UNNAMED);
    const forbidden = [DENO, "run", "--no-prompt", "use.mjs"];
    await this.expect("deno without --allow-ffi", home, forbidden, /^LIBRARY\n[^]*fix: run Deno/);
  }

  async withoutNativeFiles(own) {
    const home = this.home("bare", { type: "module" });
    const install = [NPM, "install", "--omit=optional", "@memo/malloc"];
    await this.expect("npm install --omit=optional", home, install, /./);
    const missing = new RegExp(`^LIBRARY\n[^]*${own}: is not installed\n[^]*fix: install with`);
    await this.expect("node without native files", home, [NODE, "use.mjs"], missing);
    await this.expect("memo without native files", home, ["npx", "memo"], "", 2);
  }

  async ofJsr() {
    const home = this.home("jsr", undefined);
    cpSync(JSR, home, { recursive: true });
    const args = ["publish", "--dry-run", "--allow-dirty", "--quiet"];
    await this.expect("deno publish", home, [DENO, ...args], "");
  }

  /** An empty folder but for what a user writes, and where packages of this scope are to be had. */
  home(name, manifest) {
    const home = join(this.folder, name);
    mkdirSync(home);
    cpSync(join(ROOT, "tests", "installed"), home, { recursive: true });
    writeFileSync(join(home, ".npmrc"), `@memo:registry=${this.registry}\n`);
    const lines = ["id,lower,upper,size", "a,0,2,1024", "b,1,3,512", "c,2,4,1024"];
    writeFileSync(join(home, "buffers.csv"), `${lines.join("\n")}\n`);
    if (manifest !== undefined) {
      writeFileSync(join(home, "package.json"), JSON.stringify(manifest));
    }
    return home;
  }

  /** Runs a command there; its output and status must be these. */
  async expect(name, cwd, [command, ...args], wanted, wantedStatus = 0) {
    const cache = join(this.folder, "cache");
    const env = {
      MEMO_MALLOC_LIB: "",
      MEMO_TORCH_LIB: "",
      DENO_DIR: join(cache, "deno"),
      BUN_INSTALL_CACHE_DIR: join(cache, "bun"),
      npm_config_cache: join(cache, "npm"),
    };
    const { status, stdout } = await run(command, args, { cwd, env, quiet: true, seconds: 120 });
    const isWanted = typeof wanted === "string"
      ? wanted === "" || stdout === wanted
      : wanted.test(stdout);
    this.judge(name, status === wantedStatus && isWanted, `status ${status}\n${stdout}`);
  }

  judge(name, isGood, found) {
    this.counts[isGood ? "passed" : "failed"]++;
    console.log(`${isGood ? "ok  " : "FAIL"} ${name}`);
    if (!isGood) console.error(found);
  }
}

/** Nothing but what the package needs. */
const DENO_RUN = ["run", "--no-prompt", "--allow-ffi"];

const TSC = ["--module", "nodenext", "--target", "es2023", "--types", ""];

/** Another release of Node, kept under `target`; `undefined` where npm has none for this platform. */
async function olderNode(version) {
  const home = join(ROOT, "target", `node-${version}`);
  const name = `node-${process.platform}-${process.arch}`;
  const node = join(home, "node_modules", name, "bin", "node");
  const runs = async () => (await run(node, ["--version"], { quiet: true })).status === 0;
  mkdirSync(home, { recursive: true });
  if (await runs()) return node;
  const args = ["install", "--prefix", home, "--no-save", `${name}@${version}`];
  await run(NPM, args, { quiet: true });
  return await runs() ? node : undefined;
}
