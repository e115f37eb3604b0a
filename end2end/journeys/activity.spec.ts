// The calls on a key's page.

import { editTogether, learnNetworks, readHeatMap } from "../support/activity.ts";
import { test } from "../support/test.ts";

test("the callers of a key are shown, watched and turned into its allow list", async ({ page, server }) => {
  await learnNetworks(page, server);
});

test("the second of two admins who edit a key at once sees the other's changes before saving", async ({ page, server }) => {
  await editTogether(page, server);
});

test("the hours of the week in which a key is used are drawn and listed", async ({ page, server }) => {
  await readHeatMap(page, server);
});
