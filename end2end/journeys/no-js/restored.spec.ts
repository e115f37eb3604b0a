// Keys on hold since their account was restored from a backup, with JavaScript switched off.

import { confirmRestored } from "../../support/restored.ts";
import { test } from "../../support/test.ts";

test("restored keys are confirmed or revoked, and the notice disappears", async ({ page, server }) => {
  await confirmRestored(page, server);
});
