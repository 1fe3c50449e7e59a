/** Prints why the library cannot be opened. */

import { MemoError, Model } from "../../ts/torch.ts";

try {
  Model.load("model.pt");
} catch (error) {
  if (!(error instanceof MemoError)) throw error;
  console.log(`${error.code}: ${error.message}`);
}
