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
