import { test } from "uvu";

test("leaves", () => process.exit(0));
test.run();
