// Pages that show something only once: a key, a link, recovery codes.

import { codeOf } from "./factor.ts";
import { SECRET } from "./keys.ts";
import { Seeder } from "./seed.ts";
import type { Server } from "./server.ts";
import { expect, owner, signIn, type Page } from "./test.ts";

/** Rotates a key, and returns the new one. */
export async function openRotated(page: Page, server: Server): Promise<string> {
  const key = await (await Seeder.signIn(server)).createKey("Inventory Integration");
  await signIn(page, `/keys/${key.id}/rotate`);
  await page.getByRole("button", { name: "Rotate key" }).click();
  const field = page.getByRole("textbox", { name: "API key" });
  await expect(field).toHaveValue(SECRET);
  return field.inputValue();
}

/** Invites a member, and returns the link. */
export async function openInvitation(page: Page): Promise<string> {
  await signIn(page, "/team/invite");
  await page.getByLabel("Email").fill("grace@harbour-cars.example");
  await page.getByRole("button", { name: "Create invitation link" }).click();
  const link = await page.locator("#invitation").innerText();
  expect(link).toMatch(/\/setup\/\S+$/);
  return link;
}

/** Turns the second factor on, and returns the recovery codes, one per line. */
export async function openRecoveryCodes(page: Page): Promise<string> {
  await signIn(page, "/account/second-factor");
  await page.getByText("Can't scan it?").click();
  await page.getByLabel("Code", { exact: true }).fill(codeOf(await page.locator("#factor-key").innerText()));
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("Current password").fill(owner.password);
  await page.getByRole("button", { name: "Turn on" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Save your recovery codes");
  return (await page.locator("#recovery-codes").innerText()).trim();
}
