/** What must be said twice is said the same: codes, symbols, planners, numbers, versions. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { CODES, plan, type PlannerName, PLANNERS } from "../ts/mod.ts";
import { nativeCodeName } from "../ts/native.ts";
import { SYMBOLS } from "../ts/native/symbols.ts";
import { SYMBOLS as TORCH_SYMBOLS } from "../ts/torch/symbols.ts";
import { KINDS } from "../ts/torch/tensor.ts";
import { refusal } from "./support/codes.ts";
import { ROOT } from "./support/child.ts";

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const header = read("bindings/c/memo.h").replace(/\/\*[^]*?\*\//g, "");
const torchHeader = read("bindings/torch/memo_torch.h").replace(/\/\*[^]*?\*\//g, "");

test("codes are those of the library", () => {
  const found: Record<number, string> = {};
  for (let code = 1; code < 1000; code++) {
    const name = nativeCodeName(code);
    if (name !== "") found[code] = name;
  }
  assert.equal({ ...CODES }, found);
});

test("planners are those of the library", () => {
  const error = refusal(() => plan([], { planner: "nobody" as PlannerName }));
  assert.is(error.code, "UNKNOWN_PLANNER");
  assert.is(error.message, `no planner is named \`nobody\`; known: ${PLANNERS.join(", ")}`);
});

/** The functions that a header declares, as symbols. */
function declared(header: string): Record<string, unknown> {
  const types: Record<string, string> = {
    uint32_t: "u32",
    int32_t: "i32",
    uint64_t: "u64",
    double: "f64",
  };
  const typeOf = (declared: string): string =>
    declared.includes("*") ? "array" : types[declared.trim().split(/\s+/)[0]!]!;
  const found: Record<string, unknown> = {};
  for (const [, result, name, list] of header.matchAll(/^(\w+) (memo_\w+)\(([^)]*)\);/gm)) {
    const parameters = list === "void" ? [] : list!.split(",").map(typeOf);
    found[name!] = { parameters, result: types[result!] };
  }
  return found;
}

test("symbols are those of the header", () => {
  assert.equal(declared(header), JSON.parse(JSON.stringify(SYMBOLS)));
});

test("symbols for LibTorch are among those of its header", () => {
  const found = declared(torchHeader);
  const used = Object.keys(TORCH_SYMBOLS).map((name) => [name, found[name]]);
  assert.equal(Object.fromEntries(used), JSON.parse(JSON.stringify(TORCH_SYMBOLS)));
});

test("types of tensors have the numbers of the header", () => {
  const found = [...torchHeader.matchAll(/MEMO_TORCH_KIND_(\w+) = (\d+)/g)].map((
    [, name, number],
  ) => [name!.toLowerCase(), Number(number)] as const);
  const known = Object.entries(KINDS).map(([type, { number }]) => [type, number] as const);
  assert.equal(known, found);
});

test("the ABI version is that of the header", () => {
  const [, declared] = /MEMO_ABI_VERSION (\d+)/.exec(header)!;
  assert.ok(read("ts/native.ts").includes(`const ABI_VERSION = ${declared};`));
  const [, ofTorch] = /MEMO_TORCH_ABI_VERSION (\d+)/.exec(torchHeader)!;
  assert.ok(read("ts/torch/library.ts").includes(`const ABI_VERSION = ${ofTorch};`));
  assert.ok(
    read("bindings/torch/python/memo_malloc_torch.py").includes(`\nABI_VERSION = ${ofTorch}\n`),
  );
});

test("answers have the numbers of the header", () => {
  const words = (name: string): string[] =>
    [...header.matchAll(new RegExp(`MEMO_${name}_(\\w+) = (\\d+)`, "g"))]
      .sort((a, b) => Number(a[2]) - Number(b[2]))
      .map(([, word]) => word!.toLowerCase().replaceAll("_", "-"));
  const source = read("ts/outcome.ts") + read("ts/spread.ts");
  const listed = (name: string): string[] => [
    "none",
    ...words(name).slice(1).filter((word) => source.includes(`"${word}"`)),
  ];
  for (const name of ["STATUS", "CERTIFICATE", "REASON", "CAUSE"]) {
    assert.equal(listed(name), words(name));
    assert.ok(words(name).length > 3, name);
  }
});

test("every manifest has the same version", () => {
  const { version } = JSON.parse(read("package.json"));
  assert.is(JSON.parse(read("deno.json")).version, version);
  assert.is(JSON.parse(read("package-lock.json")).version, version);
  assert.match(read("Cargo.toml"), `[workspace.package]\nversion = "${version}"`);
  assert.is(JSON.parse(read("npm/native/package.json")).version, version);
  const { dependencies } = JSON.parse(read("package.json"));
  assert.is(dependencies["@memo/malloc-native"], version);
  const { imports } = JSON.parse(read("deno.json"));
  assert.is(imports["@memo/malloc-native"], `npm:@memo/malloc-native@${version}`);
});

test("package-lock.json names no registry", () => {
  assert.not.match(read("package-lock.json"), '"resolved": "http');
});

test.run();
