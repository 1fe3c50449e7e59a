/**
 * Packs what npm gets, for this platform, into `out/`: `node scripts/pack.mjs [--profile dev]
 * [--target TRIPLE]`; with `--jsr` only puts together what JSR gets, in `out/stage/jsr`.
 *
 * Three packages: `@memo/malloc` (JavaScript), `@memo/malloc-native` (which names the packages of
 * all platforms as optional), and the one of this platform: the native library and `memo`.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { JSR, pack, stageJsr } from "./lib/pack.mjs";
import { installPackages } from "./lib/runtimes.mjs";

const { values } = parseArgs({
  options: {
    profile: { type: "string", default: "release" },
    target: { type: "string" },
    jsr: { type: "boolean", default: false },
  },
});
if (values.jsr) {
  stageJsr();
  console.log(JSR);
} else {
  await installPackages();
  for (const { file } of await pack(values)) console.log(file);
}
