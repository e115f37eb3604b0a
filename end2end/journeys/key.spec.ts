// A key's own page.

import { changeAtOnce, changeKey, editInVain } from "../support/key.ts";
import { test } from "../support/test.ts";

test("a key is found by its name, edited, paused and resumed", async ({ page, server }) => {
  await changeKey(page, server);
});

test("a refused edit keeps what the admin typed and marks the invalid field", async ({ page, server }) => {
  await editInVain(page, server);
});

test("a permission is removed and the expiry extended with one button each", async ({ page, server }) => {
  await changeAtOnce(page, server);
});
