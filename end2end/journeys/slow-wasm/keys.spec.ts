// The module loads three seconds late. Actions before that take effect, and only once.

import { call } from "../../support/api.ts";
import { Keys } from "../../support/keys.ts";
import { seedKeys } from "../../support/states.ts";
import { expect, hydrated, signIn, test, type Page } from "../../support/test.ts";

async function expectNotHydrated(page: Page): Promise<void> {
  await expect(page.locator("html"), "the module is still on its way").not.toHaveAttribute("data-hydrated");
}

test("values typed before hydration are kept and create one key", async ({ page }) => {
  await signIn(page);
  const keys = new Keys(page);
  const dialog = await keys.openCreate();
  const field = dialog.getByLabel("Name");
  await expect(field).toBeFocused();
  await page.keyboard.type("Key 1");
  await dialog.getByLabel("leads:read").check();
  await dialog.getByLabel("Expiration", { exact: true }).selectOption("7 days");
  await field.focus();
  await expectNotHydrated(page);

  await hydrated(page);
  await expect(page.locator("dialog[open]")).toHaveCount(1);
  await expect(field).toBeFocused();
  await expect(field).toHaveValue("Key 1");
  await expect(dialog.getByLabel("leads:read")).toBeChecked();
  await expect(dialog.getByLabel("leads:write")).not.toBeChecked();
  await expect(dialog.getByLabel("Expiration", { exact: true }).locator("option:checked")).toHaveText("7 days");
  await expect(dialog.getByText("Will you recognize this in a year?"), "advice comes late but comes").toBeVisible();

  await dialog.getByRole("button", { name: "Create API Key" }).click();
  await expect(keys.saveDialog.getByLabel("API key")).toHaveValue(/^vx_/);
  await keys.done();
  await expect(keys.row("Key 1")).toHaveCount(1);
  await expect(keys.row("Key 1")).toContainText("leads r");
  await page.reload();
  await expect(page.getByRole("rowheader")).toHaveCount(1);
});

test("a form submitted before hydration creates exactly one key and shows it", async ({ page, server }) => {
  await signIn(page);
  const keys = new Keys(page);
  const dialog = await keys.openCreate();
  await dialog.getByLabel("Name").fill("CRM Sync");
  await dialog.getByLabel("leads:read").check();
  await expectNotHydrated(page);
  await dialog.getByRole("button", { name: "Create API Key" }).click();
  await expect(page.getByRole("heading", { name: "Save your API key" })).toBeVisible();
  const secret = await page.getByLabel("API key").inputValue();
  await page.getByLabel("I've saved this key").check();
  await page.getByRole("button", { name: "Done" }).click();
  await hydrated(page);
  await expect(page.getByRole("rowheader")).toHaveCount(1);
  await expect(keys.row("CRM Sync")).toContainText("Active");
  expect(await call(server, secret, "/api/key")).toMatchObject({ status: 200, body: { name: "CRM Sync" } });
});

test("a double click before hydration creates only one key", async ({ page }) => {
  await signIn(page);
  const keys = new Keys(page);
  const dialog = await keys.openCreate();
  await dialog.getByLabel("Name").fill("CRM Sync");
  await dialog.getByLabel("leads:read").check();
  await expectNotHydrated(page);
  await dialog.getByRole("button", { name: "Create API Key" }).dblclick();
  await expect(page.getByRole("heading", { name: /Save your API key|Create API Key/ })).toBeVisible();
  await page.goto("/keys");
  await expect(page.getByRole("rowheader")).toHaveCount(1);
});

test("a key can be revoked before hydration", async ({ page, server }) => {
  const { unused } = await seedKeys(server);
  await signIn(page);
  const keys = new Keys(page);
  await keys.revokeButton(unused.name).click();
  const dialog = keys.revokeDialog(unused.name);
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await dialog.getByLabel("Reason").selectOption("Unused");
  await expectNotHydrated(page);
  await dialog.getByRole("button", { name: "Revoke key" }).click();
  await expect(page.getByText("Key revoked. Requests with it are rejected.")).toBeVisible();
  await page.goto("/keys");
  await expect(keys.row(unused.name)).toContainText("Revoked");
  expect(await call(server, unused.secret, "/api/key")).toMatchObject({ status: 401, body: { code: "revoked_key" } });
});

test("a revoke dialog opened before hydration continues after it", async ({ page, server }) => {
  const { used } = await seedKeys(server);
  await signIn(page);
  const keys = new Keys(page);
  await keys.revokeButton(used.name).click();
  const dialog = keys.revokeDialog(used.name);
  const confirm = dialog.getByLabel(/^Type “.+” to confirm$/);
  await confirm.fill(used.name);
  await dialog.getByLabel("Reason").selectOption("Leaked");
  await expectNotHydrated(page);
  await hydrated(page);
  await expect(dialog).toBeVisible();
  await expect(confirm).toHaveValue(used.name);
  await expect(dialog.getByLabel("Reason").locator("option:checked")).toHaveText("Leaked");
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  await dialog.getByRole("button", { name: "Revoke key" }).click();
  await expect(keys.row(used.name)).toContainText("Revoked");
  expect(await page.evaluate(() => "sameDocument" in window), "no page was loaded").toBe(true);
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
