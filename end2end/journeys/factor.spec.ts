// A second factor.

import { requireFactor, useFactor } from "../support/factor.ts";
import { test } from "../support/test.ts";

test("a member sets up a second factor, signs in with it and turns it off", async ({ page }) => {
  await useFactor(page);
});

test("an account requires a second factor, and a colleague sets one up before anything else", async ({ page, browser, server }) => {
  await requireFactor(page, browser, server);
});
