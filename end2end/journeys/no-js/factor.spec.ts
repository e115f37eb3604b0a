// A second factor, with JavaScript switched off.

import { useFactor } from "../../support/factor.ts";
import { test } from "../../support/test.ts";

test("a second factor is set up, signed in with, and turned off", async ({ page }) => {
  await useFactor(page);
});
