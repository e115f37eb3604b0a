import { exportItems, exportLeads } from "../support/exports.ts";
import { test } from "../support/test.ts";

test("the items that a search finds are exported", async ({ page, server }) => {
  await exportItems(page, server);
});

test("leads are exported, and the audit log records each export", async ({ page, server }) => {
  await exportLeads(page, server);
});
