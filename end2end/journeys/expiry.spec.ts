// The expiry of keys.

import { askForAnEnd, meetAnEnd } from "../support/expiry.ts";
import { test } from "../support/test.ts";

test("an account asks for an end of every key", async ({ page, server }) => {
  await askForAnEnd(page, server);
});

test("a key that is about to end is told of wherever one looks", async ({ page, server }) => {
  await meetAnEnd(page, server);
});
