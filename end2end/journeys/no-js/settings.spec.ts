// Changing the settings, with JavaScript switched off.

import { changeSettings } from "../../support/settings.ts";
import { signIn, test } from "../../support/test.ts";

test("an owner changes the settings, and they take effect", async ({ page, server }) => {
  await signIn(page);
  await changeSettings(page, server);
});
