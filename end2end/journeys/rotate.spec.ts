// Rotating a key.

import { insteadOfRevoking, rotateKey } from "../support/rotate.ts";
import { Keys } from "../support/keys.ts";
import { Seeder } from "../support/seed.ts";
import { expect, hydrated, signIn, test } from "../support/test.ts";

test("a key is rotated, and the old one is revoked once its callers have moved", async ({ page, server }) => {
  await rotateKey(page, server);
});

test("the page that revokes a key offers to pause or rotate it instead", async ({ page, server }) => {
  await insteadOfRevoking(page, server);
});

test("the dialog that revokes a key offers to pause it instead", async ({ page, server }) => {
  const seeder = await Seeder.signIn(server);
  await seeder.createKey("CRM Sync");
  await signIn(page);
  await hydrated(page);
  const keys = new Keys(page);
  await keys.openRevoke("CRM Sync");
  await keys.revokeDialog("CRM Sync").getByRole("button", { name: "Pause instead" }).click();
  await expect(page.getByText("until you resume it")).toBeVisible();
});

test("a key is created with a chosen expiry date", async ({ page }) => {
  await signIn(page);
  await hydrated(page);
  const keys = new Keys(page);
  const dialog = await keys.openCreate();
  await dialog.getByLabel("Name").fill("Trade fair");
  await dialog.getByRole("button", { name: "Read only" }).click();
  await dialog.getByLabel("Expiration", { exact: true }).selectOption("On a date");
  await dialog.getByLabel("Expiration date").fill("2000-01-31");
  await dialog.getByRole("button", { name: "Create API Key" }).click();
  await expect(dialog.getByText("Enter today or a later date.")).toBeVisible();
  await dialog.getByLabel("Expiration date").fill("2040-01-31");
  await dialog.getByRole("button", { name: "Create API Key" }).click();
  await keys.done();
  await expect(keys.row("Trade fair")).toContainText("1 Feb 2040, 00:00:00 UTC");
});
