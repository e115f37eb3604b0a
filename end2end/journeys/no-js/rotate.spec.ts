// Rotating a key, with JavaScript switched off.

import { Keys } from "../../support/keys.ts";
import { insteadOfRevoking, rotateKey } from "../../support/rotate.ts";
import { expect, signIn, test } from "../../support/test.ts";

test("a key is rotated, and the old one is revoked once its callers have moved", async ({ page, server }) => {
  await rotateKey(page, server);
});

test("the page that revokes a key offers to pause or rotate it instead", async ({ page, server }) => {
  await insteadOfRevoking(page, server);
});

test("a key is created with a chosen expiry date", async ({ page }) => {
  await signIn(page, "/keys/new");
  await page.getByLabel("Name").fill("Trade fair");
  await page.getByLabel("leads:read").check();
  await page.getByLabel("Expiration", { exact: true }).selectOption("On a date");
  await page.getByLabel("Expiration date").fill("2040-01-31");
  await page.getByRole("button", { name: "Create API Key" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Save your API key" })).toBeVisible();
  await page.goto("/keys");
  await expect(new Keys(page).row("Trade fair")).toContainText("1 Feb 2040, 00:00:00 UTC");
});
