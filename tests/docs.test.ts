/** The snippets in docs/ts that need no LibTorch. */

import { testPages } from "./support/pages.ts";

testPages(false);
