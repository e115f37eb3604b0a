// Exports, with JavaScript switched off.

import { exportItems, exportLeads } from "../../support/exports.ts";
import { test } from "../../support/test.ts";

test("the items that a search finds are exported by links", async ({ page, server }) => {
  await exportItems(page, server);
});

test("leads are exported by links", async ({ page, server }) => {
  await exportLeads(page, server);
});
