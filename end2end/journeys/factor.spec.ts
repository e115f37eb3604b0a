// A second factor.

import { useFactor } from "../support/factor.ts";
import { test } from "../support/test.ts";

test("a member sets up a second factor, signs in with it and turns it off", async ({ page }) => {
  await useFactor(page);
});
