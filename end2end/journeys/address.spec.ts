// Text fields whose content browsers put into an address.

import { pasteKeys } from "../support/address.ts";
import { test } from "../support/test.ts";

test("no field accepts a full key that the address would contain", async ({ page, server }) => {
  await pasteKeys(page, server);
});
