// The task of the Settings page, the same with and without JavaScript.

import { call } from "./api.ts";
import { Keys } from "./keys.ts";
import { Seeder } from "./seed.ts";
import type { Server } from "./server.ts";
import { expect, type Page } from "./test.ts";

/** Changes every setting, starting at the menu, with one refusal on the way. */
export async function changeSettings(page: Page, server: Server): Promise<void> {
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("Inventory Integration");
  await page.goto("/keys");
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Settings" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Settings", exact: true })).toHaveAttribute("aria-current", "page");

  const sections = page.getByRole("main").getByRole("heading", { level: 2 });
  await expect(sections).toHaveText(["Account", "Rate limit", "New keys", "Data and quotas", "Danger zone"]);

  const depth = page.getByLabel("Burst size");
  await page.getByLabel("Account name").fill("Harbour & Sons");
  await page.getByLabel("Default currency").selectOption("EUR");
  await page.getByLabel("Time zone").selectOption("Asia/Tokyo");
  await depth.fill("0");
  await page.getByLabel("Requests per second").fill("1");
  await page.getByRole("button", { name: "Save settings" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(depth).toHaveAttribute("aria-invalid", "true");
  await expect(depth).toHaveAccessibleDescription(/Enter a whole number from 1 to 100,000/);
  await expect(page.getByLabel("Account name")).toHaveValue("Harbour & Sons");
  await expect(page.getByLabel("Time zone")).toHaveValue("Asia/Tokyo");

  await depth.fill("3");
  await page.getByRole("button", { name: "Save settings" }).click();
  await expect(page.getByText("Settings saved.")).toBeVisible();
  await expect(page.getByText("Harbour & Sons", { exact: true })).toBeVisible();
  await expect(depth).toHaveValue("3");
  await expect(page.getByLabel("Default currency")).toHaveValue("EUR");

  const statuses = [];
  for (let count = 0; count < 4; count += 1) {
    statuses.push((await call(server, key.secret, "/api/key")).status);
  }
  expect(statuses, "the new limit holds at once").toContain(429);
  await page.getByRole("link", { name: "API Keys", exact: true }).click();
  const created = new Keys(page).row("Inventory Integration").locator("time").first();
  await expect(created).toHaveAttribute("title", / JST$/);
}
