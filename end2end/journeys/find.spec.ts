// Searching many keys, and bulk actions.

import { emergency, findByStatus, findKeys, findNothing, followKnocking, revokeSeveral } from "../support/find.ts";
import { Keys } from "../support/keys.ts";
import { expect, signIn, test } from "../support/test.ts";

test("keys are searched, filtered and sorted, and the URL of each result leads to it again", async ({ page, server }) => {
  await findKeys(page, server);
});

test("a search without a match shows a message and a link to all keys", async ({ page, server }) => {
  await findNothing(page, server);
});

test("a search for a status leads to the keys that have it", async ({ page, server }) => {
  await findByStatus(page, server);
});

test("revoked keys that are still in use are reported and listed", async ({ page, server }) => {
  await followKnocking(page, server);
});

test("the views, the search and the filters appear with the first key", async ({ page }) => {
  await signIn(page);
  const keys = new Keys(page);
  const views = page.getByRole("navigation", { name: "Views" });
  await expect(page.getByRole("heading", { name: "No API keys yet" })).toBeVisible();
  await expect(views).toBeHidden();
  await expect(page.getByRole("searchbox")).toBeHidden();
  await keys.create("Inventory Integration");
  await keys.done();
  await expect(views.getByRole("link", { name: "All 1" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Usage" })).toBeVisible();
  await page.getByRole("searchbox").fill("inv");
  await page.keyboard.press("Enter");
  await expect(page.getByText("1 key matches")).toBeVisible();
});

test("several keys are revoked at once", async ({ page, server }) => {
  await revokeSeveral(page, server);
});

test("an owner stops the creation of keys and revokes all of them", async ({ page, server }) => {
  await emergency(page, server);
});
