/**
 * Who serves LibTorch's requests: a plan, or a general allocator as it comes or tuned.
 *
 * A setting is `{ name, kind, args, env }`; `kind` is `planned`, `default` (as it comes) or
 * `tuned`. One that cannot run here has `skip`, with the reason and the fix.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Nothing given back, no block mapped on its own. */
const GLIBC_TUNED = {
  MALLOC_MMAP_THRESHOLD_: "33554432",
  MALLOC_TRIM_THRESHOLD_: "1073741824",
  MALLOC_TOP_PAD_: "67108864",
};

/** The string that PyTorch's own tuning guide gives. */
const JEMALLOC_COMMON = "oversize_threshold:1,background_thread:true,metadata_thp:auto," +
  "dirty_decay_ms:9000000000,muzzy_decay_ms:9000000000";

/** The same where jemalloc 5.3's first arena ignores the threshold: it gives nothing back at all. */
const JEMALLOC_KEEPING = "oversize_threshold:1,background_thread:true,metadata_thp:auto," +
  "dirty_decay_ms:-1,muzzy_decay_ms:-1";

const LIBRARIES = {
  jemalloc: { file: /^libjemalloc\.so\.2$/, debian: "libjemalloc2" },
  tcmalloc: {
    file: /^libtcmalloc_minimal\.so\.4$/,
    debian: "libtcmalloc-minimal4",
  },
  mimalloc: { file: /^libmimalloc\.so\.2(\.\d+)*$/, debian: "libmimalloc2.0" },
};

const SETTINGS = [
  { name: "planned", kind: "planned", args: ["--enable"] },
  { name: "glibc", kind: "default" },
  { name: "glibc tuned", kind: "tuned", env: GLIBC_TUNED },
  { name: "LibTorch THP", kind: "tuned", env: { THP_MEM_ALLOC_ENABLE: "1" } },
  { name: "jemalloc", kind: "default", library: "jemalloc" },
  {
    name: "jemalloc common",
    kind: "tuned",
    library: "jemalloc",
    env: { MALLOC_CONF: JEMALLOC_COMMON },
  },
  {
    name: "jemalloc keeping",
    kind: "tuned",
    library: "jemalloc",
    env: { MALLOC_CONF: JEMALLOC_KEEPING },
  },
  { name: "tcmalloc", kind: "default", library: "tcmalloc" },
  { name: "mimalloc", kind: "default", library: "mimalloc" },
];

/** All settings, or those named; with `mayInstall`, Debian's packages are fetched. */
export function settings(names, mayInstall) {
  if (mayInstall) install();
  const unknown = names.filter((name) => !SETTINGS.some((setting) => setting.name === name));
  if (unknown.length > 0) {
    const known = SETTINGS.map(({ name }) => name).join(", ");
    throw new Error(
      `no setting is called ${unknown.join(", ")}; there are: ${known}`,
    );
  }
  return SETTINGS.filter(({ name }) => names.length === 0 || names.includes(name)).map(ready);
}

/** An environment without whatever changes an allocator. */
export function withoutSettings(env) {
  const changes = /^(MALLOC_|GLIBC_TUNABLES|LD_PRELOAD|THP_MEM_ALLOC|MIMALLOC_|TCMALLOC_)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !changes.test(name)));
}

function ready({ name, kind, args = [], env = {}, library }) {
  if (!library) return { name, kind, args, env };
  const path = find(LIBRARIES[library].file);
  if (path) return { name, kind, args, env: { ...env, LD_PRELOAD: path } };
  const fix = `apt-get install ${LIBRARIES[library].debian}, or --install`;
  return { name, kind, skip: `there is no ${library}; fix: ${fix}` };
}

function find(pattern) {
  const roots = ["/usr/lib", "/usr/lib64", "/usr/local/lib"].filter((root) => existsSync(root));
  const folders = roots.flatMap((root) => [
    root,
    ...readdirSync(root).filter((name) => name.endsWith("-linux-gnu")).map((
      n,
    ) => join(root, n)),
  ]);
  for (const folder of folders) {
    const file = readdirSync(folder).find((name) => pattern.test(name));
    if (file) return join(folder, file);
  }
  return null;
}

function install() {
  const missing = Object.values(LIBRARIES).filter(({ file }) => !find(file));
  if (missing.length === 0) return;
  const packages = missing.map(({ debian }) => debian);
  const args = ["install", "-y", "-q", "--no-install-recommends", ...packages];
  spawnSync("apt-get", args, { stdio: ["ignore", 2, 2] });
}
