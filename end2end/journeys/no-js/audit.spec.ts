// The audit log, with JavaScript switched off.

import { askInVain, readAuditLog } from "../../support/audit.ts";
import { test } from "../../support/test.ts";

test("the audit log is opened from a key, filtered, paged and downloaded", async ({ page, server }) => {
  await readAuditLog(page, server);
});

test("an invalid filter is marked at its field and kept", async ({ page }) => {
  await askInVain(page);
});
