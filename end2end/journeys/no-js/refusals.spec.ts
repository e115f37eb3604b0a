// The reason for a refused call, by its request id, with JavaScript switched off.

import { lookUp } from "../../support/refusals.ts";
import { test } from "../../support/test.ts";

test("the reason for a refused call is found by its request ID", async ({ page, server }) => {
  await lookUp(page, server);
});
