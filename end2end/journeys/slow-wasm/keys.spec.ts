// The module loads three seconds late. Actions before that take effect, and only once.

import { call } from "../../support/api.ts";
import { Keys } from "../../support/keys.ts";
import { seedKeys } from "../../support/states.ts";
import { expect, hydrated, signIn, test, type Page } from "../../support/test.ts";

async function expectNotHydrated(page: Page): Promise<void> {
  await expect(page.locator("html"), "the module is still on its way").not.toHaveAttribute("data-hydrated");
}

test("a key is created on a page before hydration, only once, and shown", async ({ page, server }) => {
  await signIn(page);
  const keys = new Keys(page);
  await expectNotHydrated(page);
  await keys.createButton.click();
  await expect(page).toHaveURL(/\/keys\/new\??$/);
  await expect(page.getByLabel("Name")).toBeFocused();
  await page.keyboard.type("CRM Sync");
  await page.getByLabel("leads:read").check();
  await page.getByRole("main").getByRole("button", { name: "Create API Key" }).dblclick();
  await expect(page.getByRole("heading", { name: /Save your API key|Create API Key/ })).toBeVisible();
  await page.goto("/keys");
  await expect(keys.row("CRM Sync")).toHaveCount(1);
  await expect(keys.row("CRM Sync")).toContainText("leads r");
  await expectNotHydrated(page);

  await keys.createButton.click();
  await page.getByLabel("Name").fill("Feed");
  await page.getByLabel("leads:read").check();
  await page.getByRole("main").getByRole("button", { name: "Create API Key" }).click();
  await expect(page.getByRole("heading", { name: "Save your API key" })).toBeVisible();
  const secret = await page.getByLabel("API key").inputValue();
  await page.getByLabel("I've saved this key").check();
  await page.getByRole("button", { name: "Done" }).click();
  await hydrated(page);
  await expect(page.getByRole("rowheader")).toHaveCount(2);
  expect(await call(server, secret, "/api/key")).toMatchObject({ status: 200, body: { name: "Feed" } });
});

test("a key is revoked on a page before hydration", async ({ page, server }) => {
  const { unused } = await seedKeys(server);
  await signIn(page);
  const keys = new Keys(page);
  await expectNotHydrated(page);
  await keys.revokeButton(unused.name).click();
  await expect(page).toHaveURL(/\/revoke\??$/);
  await page.getByLabel("Reason").selectOption("Unused");
  await page.getByRole("button", { name: "Revoke key" }).click();
  await expect(page.getByText("Key revoked. Requests with it are rejected.")).toBeVisible();
  await page.goto("/keys");
  await expect(keys.row(unused.name)).toContainText("Revoked");
  expect(await call(server, unused.secret, "/api/key")).toMatchObject({ status: 401, body: { code: "revoked_key" } });
});

test("a dialog opens after the module and then its code have arrived late", async ({ page, server }) => {
  const { used } = await seedKeys(server);
  await signIn(page);
  const keys = new Keys(page);
  const created = keys.openCreate();
  await expect((await created).getByLabel("Name")).toBeFocused();
  await page.keyboard.press("Escape");
  await keys.openRevoke(used.name);
});

test("the menu works before hydration", async ({ page }) => {
  await signIn(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByRole("button", { name: "Menu" }).click();
  await expectNotHydrated(page);
  await page.getByRole("link", { name: "Inventory" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Inventory" })).toBeVisible();
});

test("a theme chosen before hydration stays chosen after it", async ({ page }) => {
  await signIn(page);
  await page.getByLabel("Theme").selectOption("Dark");
  await expectNotHydrated(page);
  await hydrated(page);
  await expect(page.getByLabel("Theme").locator("option:checked")).toHaveText("Dark");
  await expect(page.locator("html"), "the select says what is in force").toHaveAttribute("data-theme", "dark");
});
