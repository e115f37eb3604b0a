// Selecting keys on the list, and their number.

import { seedFour } from "../support/find.ts";
import { Seeder } from "../support/seed.ts";
import { expect, hydrated, signIn, test, type Page } from "../support/test.ts";

function bar(page: Page) {
  return page.locator("form.several");
}

test("the number of selected keys is shown and announced", async ({ page, server }) => {
  await seedFour(server);
  await signIn(page);
  await hydrated(page);
  await expect(bar(page)).toBeHidden();
  const news = page.getByRole("main").getByRole("status").filter({ hasText: "selected" });
  await expect(news).toHaveCount(0);
  for (const [number, name] of ["Händler-Feed", "CRM Sync", "Apple stock"].entries()) {
    await page.getByLabel(`Select ${name}`).check();
    await expect(bar(page)).toContainText(`${number + 1} selected`);
    await expect(news).toHaveText(`${number + 1} selected`);
  }
  await page.getByLabel("Select CRM Sync").uncheck();
  await expect(bar(page)).toContainText("2 selected");
});

test("one checkbox selects every key on the page that is not revoked", async ({ page, server }) => {
  await seedFour(server);
  await signIn(page);
  await hydrated(page);
  const everything = page.getByLabel("Select all on this page");
  await everything.check();
  await expect(bar(page), "the revoked key cannot be selected").toContainText("3 selected");
  await page.getByLabel("Select CRM Sync").uncheck();
  await expect(everything).not.toBeChecked();
  expect(await everything.evaluate((box: HTMLInputElement) => box.indeterminate)).toBe(true);
  await page.getByLabel("Select CRM Sync").check();
  await expect(everything).toBeChecked();
  await everything.uncheck();
  await expect(bar(page)).toBeHidden();
  await everything.check();
  await page.getByRole("button", { name: "Pause…" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Pause 3 keys?");
});

test("a Shift-click selects the keys in between", async ({ page, server }) => {
  await seedFour(server);
  await signIn(page);
  await hydrated(page);
  await page.getByLabel("Select Apple stock").click();
  await page.getByLabel("Select Händler-Feed").click({ modifiers: ["Shift"] });
  await expect(page.getByLabel("Select CRM Sync")).toBeChecked();
  await expect(bar(page)).toContainText("3 selected");
  await page.getByLabel("Select Apple stock").click({ modifiers: ["Shift"] });
  await expect(bar(page)).toBeHidden();
});

test("a selected key that is revoked elsewhere no longer counts", async ({ page, server }) => {
  const { crm } = await seedFour(server);
  await signIn(page);
  await hydrated(page);
  await page.getByLabel("Select all on this page").check();
  await (await Seeder.signIn(server)).revoke(crm);
  await expect(bar(page)).toContainText("2 selected");
});

test("a selection is kept by a search, another order and Cancel, until it is cleared", async ({ page, server }) => {
  await seedFour(server);
  await signIn(page);
  await hydrated(page);
  for (const name of ["Händler-Feed", "CRM Sync"]) await page.getByLabel(`Select ${name}`).check();
  await page.getByRole("searchbox").fill("CRM");
  await page.getByRole("searchbox").press("Enter");
  await expect(page.getByText("1 key matches")).toBeVisible();
  const crm = page.getByLabel("Select CRM Sync");
  await expect(crm).toBeChecked();
  await expect(bar(page)).toContainText("2 selected, 1 not shown");
  await hydrated(page);
  await crm.uncheck();
  await expect(bar(page)).toContainText("1 selected, 1 not shown");
  await expect(bar(page), "also while no row is checked").toBeVisible();
  await crm.check();
  await page.getByRole("button", { name: "Pause…" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Pause 2 keys?");
  await page.getByRole("link", { name: "Cancel" }).click();
  await expect(page).toHaveURL(`${server.url}/keys?q=CRM`);
  await expect(crm).toBeChecked();
  await expect(bar(page)).toContainText("2 selected, 1 not shown");

  await page.getByRole("link", { name: "Clear search" }).click();
  await expect(page.getByText("4 keys, 3 active")).toBeVisible();
  await expect(page.locator(".choose:checked")).toHaveCount(2);
  await expect(bar(page)).toContainText("2 selected");
  await expect(bar(page)).not.toContainText("not shown");
  await page.getByRole("columnheader", { name: "Name" }).getByRole("link").click();
  await expect(page).toHaveURL(/sort=name/);
  await expect(page.locator(".choose:checked")).toHaveCount(2);
  await page.getByRole("button", { name: "Clear", exact: true }).click();
  await expect(bar(page)).toBeHidden();
  await page.reload();
  await hydrated(page);
  await expect(page.locator(".choose:checked")).toHaveCount(0);
  await expect(bar(page)).toBeHidden();
});

test("a selection ends with its bulk action, and with the session", async ({ page, server }) => {
  await seedFour(server);
  await signIn(page);
  await hydrated(page);
  await page.getByLabel("Select CRM Sync").check();
  await page.getByRole("button", { name: "Pause…" }).click();
  await page.getByRole("button", { name: "Pause 1 key" }).click();
  await expect(page.getByLabel("Number of keys")).toHaveAccessibleDescription(/Type 1/);
  await page.getByRole("link", { name: "Cancel" }).click();
  await expect(page.getByLabel("Select CRM Sync"), "the action was refused").toBeChecked();
  await page.getByRole("button", { name: "Pause…" }).click();
  await page.getByLabel("Number of keys").fill("1");
  await page.getByRole("button", { name: "Pause 1 key" }).click();
  await expect(page.getByText("1 key paused.")).toBeVisible();
  await hydrated(page);
  await expect(page.getByLabel("Select CRM Sync"), "a paused key could be selected again").not.toBeChecked();
  await page.getByLabel("Select CRM Sync").check();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await signIn(page);
  await hydrated(page);
  await expect(page.locator(".choose:checked")).toHaveCount(0);
  await expect(bar(page)).toBeHidden();
});

test("more keys than one action may have are refused by the server", async ({ page, server }) => {
  await seedFour(server);
  await signIn(page);
  await hydrated(page);
  const ids = Array.from({ length: 400 }, (_, number) => `an-id-of-a-key-on-another-page-${number}`);
  await page.evaluate((ids) => sessionStorage.setItem("voxum:chosen", JSON.stringify(ids)), ids);
  await page.reload();
  await hydrated(page);
  await expect(bar(page)).toContainText("400 selected, 400 not shown");
  await page.getByRole("button", { name: "Pause…" }).click();
  await expect(page.getByText("Select up to 100 keys.")).toBeVisible();
  expect(page.url().length).toBeLessThan(6_000);
  await page.getByRole("link", { name: "Back to API Keys" }).click();
  await expect(bar(page)).toContainText("400 selected");
});
