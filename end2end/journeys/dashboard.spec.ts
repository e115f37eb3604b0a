// The Dashboard: an overview of the account.

import { readChart, takeFirstSteps } from "../support/dashboard.ts";
import { demoteOwner } from "../support/seed.ts";
import { seedDashboard } from "../support/states.ts";
import { expect, hydrated, signIn, test } from "../support/test.ts";

test("the first steps are completed one after another, and the figures are updated", async ({ page, server }) => {
  test.setTimeout(60_000);
  await takeFirstSteps(page, server);
});

test("the chart shows the numbers of a day to the keyboard and to the pointer", async ({ page, server }) => {
  await seedDashboard(server);
  await signIn(page, "/");
  await readChart(page);
});

test("the keyboard opens a table with the numbers of the chart", async ({ page, server }) => {
  await seedDashboard(server);
  await signIn(page, "/");
  const table = page.getByRole("table", { name: "Requests per day over the last 30 days, the latest first" });
  await expect(table).toBeHidden();
  const summary = page.getByText("Show as table");
  await summary.focus();
  await page.keyboard.press("Enter");
  await expect(table.getByRole("row")).toHaveCount(31);
  await expect(table.getByRole("columnheader")).toHaveText(["Day", "Accepted", "Rejected"]);
  await expect(table.getByRole("rowheader")).toHaveCount(30);

  const reasons = page.getByRole("table", { name: /Rejected requests by reason/ });
  await expect(reasons.getByRole("rowheader").first()).toContainText("Too many requests");
  await expect(reasons.getByRole("row", { name: /Too many requests/ }).getByRole("cell")).toHaveText(["236"]);

  const top = page.getByRole("table", { name: "Keys with the most requests over the last 7 days" });
  await expect(top.getByRole("rowheader").first()).toHaveText("Inventory Integration");
  await top.getByRole("link", { name: "Inventory Integration" }).first().click();
  await expect(page.getByRole("heading", { level: 1, name: "Inventory Integration" })).toBeVisible();
  await page.goBack();

  const keys = page.getByRole("region", { name: "API keys" });
  await expect(keys.getByRole("list", { name: "Expiring in the next 30 days" })).toContainText("CRM Sync");
  await keys.getByRole("link", { name: "View all keys" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "API Keys" })).toBeVisible();
});

test("the menu leads to the Dashboard without a page load, and from there to hydrated pages", async ({ page }) => {
  await signIn(page);
  await hydrated(page);
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  await page.getByRole("link", { name: "Dashboard", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Dashboard" })).toBeVisible();
  await expect(page).toHaveTitle("Dashboard · Voxum Console");
  expect(await page.evaluate(() => "sameDocument" in window), "no page was loaded").toBe(true);
  await page.getByRole("navigation").getByRole("link", { name: "API Keys" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "API Keys" })).toBeVisible();
  await hydrated(page);
});

test("a viewer sees who can create keys", async ({ page, server }) => {
  demoteOwner(server);
  await signIn(page, "/");
  await expect(page.getByText("Ask an owner or admin of your account to create one.")).toBeVisible();
  await expect(page.getByRole("link", { name: "Create API Key" })).toHaveCount(0);
});
