// Tasks on the Audit log page, which is sent without script: the same with and without JavaScript.

import { readFile } from "node:fs/promises";
import { Seeder, demoteOwner } from "./seed.ts";
import type { Server } from "./server.ts";
import type { State } from "./states.ts";
import { expect, owner, signIn, type Page } from "./test.ts";

/** Follows a key into the log, filters it, opens the next page, and exports it. */
export async function readAuditLog(page: Page, server: Server): Promise<void> {
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("Feed");
  await seeder.createKey("CRM Sync");
  for (let count = 0; count < 25; count += 1) {
    await seeder.send(`/keys/${key.id}/pause`, {});
    await seeder.send(`/keys/${key.id}/resume`, {});
  }
  await signIn(page, "/keys");
  await page.getByRole("link", { name: "Feed", exact: true }).click();
  await page.getByRole("link", { name: "View in audit log" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Audit log");
  const rows = page.getByRole("table").getByRole("rowheader");
  await expect(rows).toHaveCount(50);
  await page.getByRole("link", { name: "Next page" }).click();
  await expect(rows).toHaveText([/API key created/]);
  await expect(page.getByLabel("Key name or ID")).toHaveValue(key.id);
  await page.getByRole("link", { name: "First page" }).click();
  await expect(rows).toHaveCount(50);

  await page.getByRole("link", { name: "Remove Key or ID: Feed" }).click();
  await expect(page.getByLabel("Key name or ID")).toHaveValue("");
  await expect(page).toHaveURL(/\/audit$/);
  await page.getByLabel("Key name or ID").fill("crm");
  await page.getByRole("main").getByRole("button", { name: "Apply", exact: true }).click();
  await expect(rows).toHaveText([/API key created/]);
  const crm = page.getByRole("row").filter({ hasText: "CRM Sync" });
  const action = crm.getByText("key.created", { exact: true });
  await expect(action).toBeHidden();
  await crm.locator("summary").press("Enter");
  await expect(action).toBeVisible();
  await page.getByRole("link", { name: "Clear filters" }).click();
  await expect(page.getByLabel("Key name or ID")).toHaveValue("");
  await expect(page).toHaveURL(/\/audit$/);
  await page.getByLabel("Action", { exact: true }).selectOption("Sign-ins and passwords: all actions");
  await page.getByLabel("Actor").selectOption(owner.email);
  await page.getByRole("main").getByRole("button", { name: "Apply", exact: true }).click();
  await expect(page).toHaveURL(/\/audit\?who=member%3A[0-9a-f-]+&what=sign-ins/);
  await expect(rows).toHaveText([/Signed in/, /Signed in/]);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "CSV" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe("audit-log.csv");
  const lines = (await readFile(await file.path(), "utf8")).trimEnd().split("\r\n");
  expect(lines).toHaveLength(3);
  expect(lines[0], "spreadsheets read UTF-8 by the mark").toMatch(/^\uFEFFnumber,time,/);
  expect(lines[1]).toContain("session.opened");
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Audit log");
}

/** Submits invalid filters, which the form keeps. */
export async function askInVain(page: Page): Promise<void> {
  await signIn(page, "/audit?from=2026-11-24&to=2026-11-23&thing=kept");
  await expect(page.getByLabel("End date", { exact: true })).toHaveAccessibleDescription("The end date must be on or after the start date.");
  await expect(page.getByLabel("End date", { exact: true })).toHaveValue("2026-11-23");
  await expect(page.getByLabel("Key name or ID")).toHaveValue("kept");
  await expect(page.getByRole("rowheader")).toHaveCount(0);
}

/** Creates a log with events of every kind. */
async function seedLog(server: Server): Promise<string> {
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("Inventory Integration of the branch in Wolfsburg");
  const edit = { name: "Inventory Integration", scopes: "leads:read", note: "Ask the web team before you change it." };
  await seeder.send(`/keys/${key.id}/edit`, edit);
  await seeder.send(`/keys/${key.id}/pause`, {});
  const settings = { account_name: "Harbour Cars", currency: "EUR", limit_depth: "250", limit_per_second: "25" };
  await seeder.send("/settings", { ...settings, time_zone: "Europe/Berlin" });
  await fetch(`${server.url}/api/key`, { method: "DELETE", headers: { "X-API-Key": (await seeder.createKey("Old feed")).secret } });
  return key.id;
}

export const AUDIT_STATES: State[] = [
  {
    name: "audit log",
    shows: "/audit",
    open: async ({ page, server }) => {
      await seedLog(server);
      await signIn(page, "/audit");
      await page.locator("tbody summary").first().press("Enter");
    },
  },
  {
    name: "audit log filtered",
    open: async ({ page, server }) => {
      const key = await seedLog(server);
      demoteOwner(server);
      await signIn(page, `/audit?thing=${key}`);
    },
  },
  {
    name: "audit log asked in vain",
    open: async ({ page }) => {
      await askInVain(page);
    },
  },
  {
    name: "audit log without a match",
    open: async ({ page }) => {
      await signIn(page, "/audit?what=leads");
      await expect(page.getByRole("heading", { name: "No matching events" })).toBeVisible();
    },
  },
];
