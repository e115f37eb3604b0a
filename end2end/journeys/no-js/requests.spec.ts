// Rejected requests: the list, its filters, and the reason for one, with JavaScript switched off.

import { filterAndFix, followFrame, lookUp } from "../../support/requests.ts";
import { test } from "../../support/test.ts";

test("the reason for a refused call is found by its request ID", async ({ page, server }) => {
  await lookUp(page, server);
});

test("refused calls are filtered, explained, and followed by a change of the key", async ({ page, server }) => {
  await filterAndFix(page, server);
});

test("refused calls are reported while the list is open", async ({ page, server }) => {
  await followFrame(page, server);
});
