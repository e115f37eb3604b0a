// Pages that do not update themselves show the age of their data.

import { push } from "../support/api.ts";
import { Seeder } from "../support/seed.ts";
import { seedItems } from "../support/states.ts";
import { expect, signIn, test } from "../support/test.ts";

test("pages without live updates show their age and a link to refresh", async ({ page, server }) => {
  const key = await (await Seeder.signIn(server)).createKey("Inventory Integration");
  await seedItems(server, 2);
  await signIn(page, "/");
  for (const path of ["/", "/inventory", "/inventory?q=sku", "/leads", "/audit", "/audit?what=keys", `/keys/${key.id}`]) {
    await page.goto(path);
    const line = page.getByText(/^Updated \d\d:\d\d · Refresh$/);
    await expect(line, path).toBeVisible();
    await expect(line.getByRole("time").or(line.locator("time"))).toHaveAttribute("title", /\d\d:\d\d:\d\d UTC$/);
    await expect(page.getByText("They show here")).toHaveCount(0);
  }
  await page.goto("/inventory?q=sku");
  await push(server, key.secret, [{ id: "SKU-NEW", name: "New item" }]);
  await expect(page.getByText("SKU-NEW")).toHaveCount(0);
  await page.getByRole("link", { name: "Refresh" }).click();
  await expect(page.getByText("SKU-NEW")).toBeVisible();
  await expect(page).toHaveURL(/\/inventory\?q=sku$/);
});

test("relative times on a page that is not hydrated are correct after the computer slept", async ({ page, server }) => {
  const key = await (await Seeder.signIn(server)).createKey("Inventory Integration");
  await page.clock.install();
  await signIn(page, `/keys/${key.id}`);
  const created = page.locator("time[data-relative] .ago").first();
  await expect(created).toHaveText(/^(just now|\d+ seconds? ago)$/);
  const days = await page.locator("time:not([data-relative]) .ago").allTextContents();
  // The page wakes up three hours later; its timers fire once.
  await page.clock.fastForward("03:00:05");
  await expect(created).toHaveText("3 hours ago");
  expect(await page.locator("time:not([data-relative]) .ago").allTextContents()).toEqual(days);
});
