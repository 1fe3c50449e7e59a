/** The snippets in docs/ts that need LibTorch. */

import { testPages } from "../support/pages.ts";
import { modelFile } from "./support.ts";

testPages(true, [['"model.pt"', JSON.stringify(modelFile("tiny"))]]);
