// The expiry of keys, with JavaScript switched off.

import { askForAnEnd, meetAnEnd } from "../../support/expiry.ts";
import { test } from "../../support/test.ts";

test("an account can require an expiry for every key", async ({ page, server }) => {
  await askForAnEnd(page, server);
});

test("a key that expires soon is shown on the list, the Dashboard and its own page", async ({ page, server }) => {
  await meetAnEnd(page, server);
});
