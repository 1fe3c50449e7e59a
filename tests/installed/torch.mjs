/** What a user runs who has installed the package, but built no library for LibTorch. */

import { MemoError, Model } from "@memo/malloc/torch";

try {
  Model.load("model.pt");
} catch (error) {
  if (!(error instanceof MemoError)) throw error;
  console.log(`${error.code}: ${error.message}`);
}
