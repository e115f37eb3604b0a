// Rotating a key, on pages that are sent without script: the same with and without JavaScript.

import { call } from "./api.ts";
import { SECRET } from "./keys.ts";
import { Seeder, moveCalls, type Seeded } from "./seed.ts";
import type { Server } from "./server.ts";
import { expect, signIn, type Page } from "./test.ts";

/**
 * Creates a rotation of thirty days that is nearly over, with calls that have all moved except for
 * one caller.
 */
export async function seedRotation(server: Server): Promise<{ old: Seeded; id: string }> {
  const seeder = await Seeder.signIn(server);
  const old = await seeder.createKey("Inventory Integration");
  const id = await seeder.rotate(old, "30d");
  moveCalls(server, old, id);
  return { old, id };
}

/** Goes from a key's page to the new key and the end of the old one. */
export async function rotateKey(page: Page, server: Server): Promise<void> {
  const seeder = await Seeder.signIn(server);
  const old = await seeder.createKey("Inventory Integration");
  await signIn(page, `/keys/${old.id}`);
  await page.getByRole("link", { name: "Rotate" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Rotate API key" })).toBeVisible();
  await expect(page.getByLabel("Old key")).toHaveValue("24h");
  await expect(page.getByLabel("Expiration date")).toBeHidden();
  await page.getByLabel("Old key").selectOption("Expires in 7 days");
  await page.getByLabel("Expiration", { exact: true }).selectOption("On a date");
  await page.getByRole("button", { name: "Rotate key" }).click();
  const day = page.getByLabel("Expiration date");
  await expect(day).toBeVisible();
  await expect(page.getByText("Enter a valid date, such as 2027-01-31.")).toBeVisible();
  await expect(page.getByLabel("Old key")).toHaveValue("7d");
  await day.fill("2040-01-31");
  await page.getByRole("button", { name: "Rotate key" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Save your new API key" })).toBeVisible();
  await expect(page.getByText("use it instead of the old key")).toBeVisible();
  const field = page.getByRole("textbox", { name: "API key" });
  await expect(field).toHaveValue(SECRET);
  const secret = await field.inputValue();
  expect(secret).not.toBe(old.secret);
  expect((await call(server, secret, "/api/key")).body.name).toBe("Inventory Integration");
  expect((await call(server, old.secret, "/api/key")).status, "both work").toBe(200);

  await page.goto(`/keys/${old.id}`);
  await expect(page.getByRole("heading", { name: "Moving to the new key" })).toBeVisible();
  await expect(page.getByText("feed-robot/1.0").first()).toBeVisible();
  await page.getByText("Replaced by", { exact: true }).locator("xpath=..").getByRole("link").click();
  await expect(page.getByRole("region", { name: "Details" })).toContainText("31 Jan 2040");
  await expect(page.getByText("Replaces", { exact: true })).toBeVisible();
  await expect(page.getByText(/^Replaces vx_.*, which expires in 7 days/)).toBeVisible();
  await page.getByRole("link", { name: "Revoke the old key now" }).click();
  expect((await call(server, old.secret, "/api/key")).status, "the page only asks").toBe(200);
  // The old key has just been used, so its name is required.
  await expect(page.getByLabel("Reason")).toHaveValue("replaced");
  await page.getByLabel(/^Type “.+” to confirm$/).fill("Inventory Integration");
  await page.getByRole("button", { name: "Revoke key" }).click();
  await expect(page.getByText("Key revoked. Requests with it are rejected.")).toBeVisible();
  expect((await call(server, old.secret, "/api/key")).status).toBe(401);
  expect((await call(server, secret, "/api/key")).status).toBe(200);
}

/** Takes the alternatives on the page that revokes a key. */
export async function insteadOfRevoking(page: Page, server: Server): Promise<void> {
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("Inventory Integration");
  await signIn(page, `/keys/${key.id}/revoke`);
  await page.getByRole("button", { name: "Pause instead" }).click();
  await expect(page.getByText("until you resume it")).toBeVisible();
  expect((await call(server, key.secret, "/api/key")).body.code).toBe("paused_key");
  await page.goto(`/keys/${key.id}/revoke`);
  await expect(page.getByRole("button", { name: "Pause instead" })).toHaveCount(0);
  await page.getByRole("link", { name: "Rotate instead" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Rotate API key" })).toBeVisible();
}
