// The calls on a key's page, with JavaScript switched off.

import { editTogether, learnNetworks } from "../../support/activity.ts";
import { test } from "../../support/test.ts";

test("who calls with a key is seen, watched, and becomes the list of those who may", async ({ page, server }) => {
  await learnNetworks(page, server);
});

test("of two admins who edit a key at once, the second is told before anything is lost", async ({ page, server }) => {
  await editTogether(page, server);
});
