// The first steps, with JavaScript switched off.

import { takeFirstSteps } from "../../support/dashboard.ts";
import { test } from "../../support/test.ts";

test("the first steps are ticked one after another, and the numbers follow", async ({ page, server }) => {
  test.setTimeout(60_000);
  await takeFirstSteps(page, server);
});
