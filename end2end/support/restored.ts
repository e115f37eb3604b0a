// Keys on hold since their account was restored from a backup. The tests of the commands cover the
// restore itself; here its effects are written to the database directly.

import { expect, type Page } from "@playwright/test";
import { call } from "./api.ts";
import { Seeder, sql, type Seeded } from "./seed.ts";
import type { Server } from "./server.ts";
import { signIn } from "./test.ts";

async function seedRestored(server: Server): Promise<Record<"crm" | "feed" | "old", Seeded>> {
  const seeder = await Seeder.signIn(server);
  const crm = await seeder.createKey("CRM Sync", { scopes: ["leads:read"] });
  const feed = await seeder.createKey("Händler-Feed");
  const old = await seeder.createKey("Old website");
  const now = Date.now();
  sql(server, "UPDATE api_keys SET paused_at = ? WHERE id = ?", [now, crm.id], [now, feed.id], [now, old.id]);
  sql(
    server,
    `INSERT INTO audit_events (account_id, at, actor_kind, action, subject, detail)
     SELECT id, ?, 'system', 'account.restored', id, '{"paused":3}' FROM accounts`,
    [now],
  );
  return { crm, feed, old };
}

/** Revokes one key, as if it had been revoked after the backup, and confirms the others. */
export async function confirmRestored(page: Page, server: Server): Promise<void> {
  const { crm, feed, old } = await seedRestored(server);
  await signIn(page, "/keys");
  await expect(page.getByText("3 keys need review")).toBeVisible();
  for (const key of [crm, feed, old]) {
    expect((await call(server, key.secret, "/api/key")).status).toBe(401);
  }
  await page.getByRole("link", { name: "Review keys" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Resume 3 keys?");

  await page.getByRole("link", { name: "Old website" }).click();
  await page.goto(`/keys/${old.id}/revoke`);
  await page.getByLabel("Reason").selectOption("Unused");
  await page.getByRole("button", { name: "Revoke key" }).click();
  await expect(page.getByText("Key revoked. Requests with it are rejected.")).toBeVisible();
  await page.goto("/keys");
  await expect(page.getByText("2 keys need review")).toBeVisible();

  await page.goto("/keys/several?do=resume");
  await page.getByRole("button", { name: "Resume 2 keys" }).click();
  await expect(page.getByText("The number doesn't match. Type 2.")).toBeVisible();
  await page.getByLabel("Number of keys").fill("2");
  await page.getByRole("button", { name: "Resume 2 keys" }).click();
  await expect(page.getByText("2 keys resumed.")).toBeVisible();
  await expect(page.getByText("restored from a backup on")).toBeHidden();
  for (const key of [crm, feed]) {
    expect((await call(server, key.secret, "/api/key")).status).toBe(200);
  }
  expect((await call(server, old.secret, "/api/key")).status).toBe(401);
  await page.goto("/audit");
  await expect(page.getByRole("rowheader", { name: "Account restored from a backup" })).toBeVisible();
}

export const RESTORED_STATES = [
  {
    name: "keys that wait since a restore",
    open: async ({ page, server }: { page: Page; server: Server }) => {
      await seedRestored(server);
      await signIn(page, "/keys");
      await expect(page.getByText("3 keys need review")).toBeVisible();
    },
  },
  {
    name: "restored keys about to be confirmed",
    open: async ({ page, server }: { page: Page; server: Server }) => {
      await seedRestored(server);
      await signIn(page, "/keys/several?do=resume");
    },
  },
];
