// The Dashboard, with JavaScript switched off.

import { readChart, takeFirstSteps } from "../../support/dashboard.ts";
import { seedDashboard } from "../../support/states.ts";
import { signIn, test } from "../../support/test.ts";

test("the first steps are completed one after another, and the figures are updated", async ({ page, server }) => {
  test.setTimeout(60_000);
  await takeFirstSteps(page, server);
});

test("the chart shows the numbers of a day to the keyboard and to the pointer", async ({ page, server }) => {
  await seedDashboard(server);
  await signIn(page, "/");
  await readChart(page);
});
