// The audit log.

import { askInVain, readAuditLog } from "../support/audit.ts";
import { test } from "../support/test.ts";

test("the log is followed from a key, filtered, paged and downloaded", async ({ page, server }) => {
  await readAuditLog(page, server);
});

test("what cannot be asked is told at its field, and kept", async ({ page }) => {
  await askInVain(page);
});
