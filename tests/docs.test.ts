/** The snippets in docs/ts that need no LibTorch. */

import { join } from "node:path";
import { ROOT } from "./support/child.ts";
import { testPages } from "./support/pages.ts";

const model = join(ROOT, "crates", "formats", "tests", "made", "net.onnx");
testPages(false, [['"model.onnx"', JSON.stringify(model)]]);
