// An account's rules for the expiry of keys, the same with and without JavaScript.

import { Seeder, endSoon } from "./seed.ts";
import type { Server } from "./server.ts";
import { expect, signIn, type Page } from "./test.ts";

/** Requires an expiry of every key, and checks that the forms offer nothing else. */
export async function askForAnEnd(page: Page, server: Server): Promise<void> {
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("CRM Sync", { expires: "never" });
  await signIn(page, "/settings");
  await page.getByLabel("Maximum key lifetime (days)").fill("5000");
  await page.getByRole("button", { name: "Save settings" }).click();
  await expect(page.getByLabel("Maximum key lifetime (days)")).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("Require expiration").check();
  await page.getByLabel("Maximum key lifetime (days)").fill("60");
  await page.getByRole("button", { name: "Save settings" }).click();
  await expect(page.getByText("Settings saved.")).toBeVisible();
  await expect(page.getByLabel("Require expiration")).toBeChecked();

  await page.goto("/keys/new");
  const choices = page.getByLabel("Expiration", { exact: true }).getByRole("option");
  await expect(choices).toHaveText(["7 days", "30 days", "On a date"]);
  await expect(page.getByLabel("Expiration", { exact: true })).toHaveValue("30d");
  await page.goto(`/keys/${key.id}/edit`);
  await page.getByLabel("Expiration", { exact: true }).fill("2090-01-31");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Select an earlier date.")).toBeVisible();
  await page.getByLabel("Expiration", { exact: true }).fill("");
  await page.getByLabel("Note").fill("Older than the policy, and left as it is.");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Changes saved.")).toBeVisible();
}

/** Finds a key that expires in three days on the list, on its own page and on the Dashboard. */
export async function meetAnEnd(page: Page, server: Server): Promise<void> {
  const seeder = await Seeder.signIn(server);
  endSoon(server, await seeder.createKey("CRM Sync"));
  await signIn(page, "/keys");
  await expect(page.getByText("1 key expires within 7 days:")).toBeVisible();
  await expect(page.getByText("“CRM Sync” in 3 days")).toBeVisible();
  await page.getByRole("link", { name: "1 key expires within 7 days" }).click();
  await expect(page.getByText("1 key matches")).toBeVisible();
  await page.goto("/");
  await page.getByRole("list", { name: "Expiring in the next 30 days" }).getByRole("link", { name: "CRM Sync" }).click();
  await expect(page.getByText("This key expires in 3 days, on")).toBeVisible();
}
