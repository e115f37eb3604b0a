// Tasks on a key's own page, which is sent without script: the same with and without JavaScript.

import { call } from "./api.ts";
import { Seeder } from "./seed.ts";
import type { Server } from "./server.ts";
import { expect, signIn, type Page } from "./test.ts";

/** Finds a key by its name, edits, pauses and resumes it. */
export async function changeKey(page: Page, server: Server): Promise<void> {
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("Feed");
  await signIn(page, "/keys");
  await page.getByRole("link", { name: "Feed", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Feed");
  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByLabel("Name").fill("Inventory Integration");
  await page.getByLabel("leads:read").check();
  await page.getByLabel("Expiration", { exact: true }).fill("");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Changes saved.")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Inventory Integration");
  await expect(page.getByText("Never expires")).toBeVisible();
  await expect(page.getByText("Name: Feed → Inventory Integration")).toBeVisible();

  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByText("until you resume it")).toBeVisible();
  expect((await call(server, key.secret, "/api/key")).status).toBe(401);
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(page.getByText("Key resumed.")).toBeVisible();
  expect((await call(server, key.secret, "/api/key")).status).toBe(200);
  await page.getByRole("link", { name: "Revoke" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Revoke “Inventory Integration”?");
}

/** Submits an edit that is refused, and checks that the typed values stay. */
export async function editInVain(page: Page, server: Server): Promise<void> {
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("Feed");
  await signIn(page, `/keys/${key.id}/edit`);
  await page.getByLabel("Burst size").fill("many");
  await page.getByLabel("Requests per second").fill("3");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByLabel("Burst size")).toHaveValue("many");
  await expect(page.getByLabel("Burst size")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Name")).toHaveValue("Feed");
}

/** Removes a permission and extends a key, with one button each. */
export async function changeAtOnce(page: Page, server: Server): Promise<void> {
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("Feed", { expires: "30d" });
  await seeder.send(`/keys/${key.id}/edit`, { name: "Feed", scopes: "inventory:read", last_day: "2099-12-31", note: "In the vault.\nAsk Eve." });
  await signIn(page, `/keys/${key.id}`);
  await expect(page.getByRole("button", { name: "Remove inventory:read" }), "the last permission stays").toHaveCount(0);
  const other = await seeder.createKey("Shop", { expires: "30d" });
  await page.goto(`/keys/${other.id}`);
  const details = page.getByRole("region", { name: "Details" });
  await details.getByRole("button", { name: "Remove inventory:write" }).click();
  await expect(page.getByText("Removed inventory:write.")).toBeVisible();
  await expect(page.getByText("Permissions: inventory:read, inventory:write → inventory:read")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("Change undone.")).toBeVisible();
  await expect(details).toContainText("inventory:write");
  const extend = details.getByRole("button", { name: /^Extend to / });
  const day = (await extend.innerText()).replace("Extend to ", "");
  await extend.click();
  await expect(page.getByText(`Extended. This key now expires on ${day}.`)).toBeVisible();
  await expect(details).toContainText(day);
  await page.goto(`/keys/${key.id}`);
  await details.getByRole("button", { name: /^Extend to / }).click();
  await expect(page.getByText("Extended. This key now expires on ")).toBeVisible();
  await expect(details.getByText("Ask Eve."), "the rest is as it was").toBeVisible();
}
