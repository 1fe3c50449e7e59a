import { test } from "uvu";

test("is never run", () => {});
