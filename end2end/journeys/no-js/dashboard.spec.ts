// The first steps, with JavaScript switched off.

import { takeFirstSteps } from "../../support/dashboard.ts";
import { test } from "../../support/test.ts";

test("the first steps are completed one after another, and the figures are updated", async ({ page, server }) => {
  test.setTimeout(60_000);
  await takeFirstSteps(page, server);
});
