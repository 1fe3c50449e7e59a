/** The snippets in docs/ts print what the pages say, in this runtime. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ROOT, runScript } from "./child.ts";

const PAGES = join(ROOT, "docs", "ts");
const DENO = ["--allow-ffi", "--allow-env", "--allow-read", "--allow-write", "--allow-sys"];

/** Where an entry of the package is. */
const entry = (file: string): string => JSON.stringify(pathToFileURL(join(ROOT, "ts", file)).href);

/** What snippets say, and what it is here. */
const HERE: [string, string][] = [
  ['"@memo/malloc"', entry("mod.ts")],
  ['"@memo/malloc/capture"', entry("capture.ts")],
  ['"@memo/malloc/torch"', entry("torch.ts")],
];

/** Runtimes print quotes and typed arrays in ways of their own. */
function plain(printed: string): string {
  return printed.replace(/["']/g, "").replace(/\s+/g, " ").replace(/,? ([\]}])/g, " $1").trim();
}

/** Tests each page, those about LibTorch or the others, with more that is otherwise here. */
export function testPages(areOfTorch: boolean, here: [string, string][] = []): void {
  const test = suite<{ folder: string }>("docs");
  test.before((context) => {
    // Within the repository, where Deno finds its configuration.
    mkdirSync(join(ROOT, "out"), { recursive: true });
    context.folder = mkdtempSync(join(ROOT, "out", "docs-"));
  });
  test.after(({ folder }) => rmSync(folder, { recursive: true }));

  for (const page of readdirSync(PAGES)) {
    const text = readFileSync(join(PAGES, page), "utf8");
    if (text.includes('"@memo/malloc/torch"') !== areOfTorch) continue;
    const blocks = [...text.matchAll(/```ts\n([^]*?)```\n\n```text\n([^]*?)```/g)];

    test(`${page}: every snippet says what it prints`, () => {
      assert.ok(blocks.length > 0);
      assert.is(blocks.length, text.split("```ts\n").length - 1);
    });

    for (const [idx, [, code, printed]] of blocks.entries()) {
      test(`${page}: snippet ${idx + 1}`, ({ folder }) => {
        const path = join(folder, `${page}-${idx}.mts`);
        const replaced = [...HERE, ...here].reduce(
          (text, [from, to]) => text.replaceAll(from, to),
          code!,
        );
        writeFileSync(path, replaced);
        const { status, stdout, stderr } = runScript(path, [], { NO_COLOR: "1" }, DENO);
        assert.is(status, 0, stderr);
        assert.is(plain(stdout), plain(printed!));
      });
    }
  }
  test.run();
}
