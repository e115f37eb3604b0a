// The settings of an account.

import { demoteOwner } from "../support/seed.ts";
import { changeSettings } from "../support/settings.ts";
import { expect, signIn, test } from "../support/test.ts";

test("an owner changes the settings, and they take effect", async ({ page, server }) => {
  await signIn(page);
  await changeSettings(page, server);
});

test("a viewer sees the settings but no form", async ({ page, server }) => {
  demoteOwner(server);
  await signIn(page, "/settings");
  await expect(page.getByText("Default currency")).toBeVisible();
  await expect(page.getByText("USD", { exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: "Save settings" })).toHaveCount(0);
  await expect(page.getByRole("textbox")).toHaveCount(0);
});
