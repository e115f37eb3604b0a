// Leads: an integration creates them, a CRM updates them, and the console shows their status.

import type { Locator } from "@playwright/test";
import { edit, send } from "../support/api.ts";
import { Keys } from "../support/keys.ts";
import { NARROW } from "../support/layout.ts";
import { Seeder, demoteOwner } from "../support/seed.ts";
import { seedLeads } from "../support/states.ts";
import { expect, hydrated, signIn, test } from "../support/test.ts";

test("a lead arrives, is listed, and moves to the top when the CRM updates it", async ({ page, server }) => {
  await signIn(page);
  await hydrated(page);
  await page.getByRole("link", { name: "Leads", exact: true }).click();
  await expect(page.getByRole("heading", { name: "No leads yet" })).toBeVisible();
  await expect(page.getByText(`curl -X POST ${server.url}/api/leads`)).toBeVisible();
  await page.getByRole("link", { name: "Go to API Keys" }).click();
  const keys = new Keys(page);
  const secret = await keys.create("CRM Sync", "CRM sync");
  await keys.done();

  const grace = { name: "Grace Hopper", email: "grace@navy.example", message: "Still <b>there</b>?\nToday?", item_id: "SKU001" };
  const first = await send(server, secret, grace);
  expect(first.status).toBe(201);
  expect((await send(server, secret, { name: "Ada Lovelace", phone: "+44 20 7946 0018", source: "website" })).status).toBe(201);
  await page.getByRole("link", { name: "Leads", exact: true }).click();
  const heads = page.getByRole("rowheader");
  await expect(heads).toHaveText([/Ada Lovelace.*\+44 20 7946 0018/, /Grace Hopper.*grace@navy\.example/]);

  const row = page.getByRole("row").filter({ hasText: "Grace Hopper" });
  const message = row.getByText("Still <b>there</b>?");
  await expect(message).toBeHidden();
  await row.getByText("Message", { exact: true }).click();
  await expect(message, "what was typed is text").toBeVisible();
  await expect(row).toContainText("New");
  await expect(row.locator("time").first()).toHaveText(/just now|seconds? ago/);

  expect((await edit(server, secret, first.body.id!, { status: "won", note: "Bought two" })).status).toBe(200);
  await page.reload();
  await expect(heads).toHaveText([/Grace Hopper/, /Ada Lovelace/]);
  await expect(row).toContainText("Won");
  await row.getByText("Note", { exact: true }).click();
  await expect(row.getByText("Bought two")).toBeVisible();
});

test("a viewer sees the leads", async ({ page, server }) => {
  await seedLeads(server, 1);
  await Seeder.signIn(server);
  demoteOwner(server);
  await signIn(page, "/leads");
  await expect(page.getByRole("rowheader", { name: /Grace Hopper 1/ })).toBeVisible();
});

test("at 360 px, a lead has its status beside its name, and labelled values below", async ({ page, server }) => {
  await page.setViewportSize(NARROW);
  await seedLeads(server, 3);
  await signIn(page, "/leads");
  const row = page.getByRole("row").filter({ has: page.getByText("Grace Hopper 3", { exact: true }) });
  const cells = row.getByRole("cell");
  await expect(cells, "restated roles survive the change of display").toHaveCount(4);
  const labels = await cells.evaluateAll((all) => all.map((cell) => getComputedStyle(cell, "::before").content));
  expect(labels).toEqual(['"Source"', "none", '"Item"', '"Updated"']);
  const top = async (locator: Locator) => (await locator.boundingBox())?.y ?? 0;
  const [name, status, source] = [await top(row.getByText("Grace Hopper 3")), await top(cells.nth(1)), await top(cells.first())];
  expect(Math.abs(name - status)).toBeLessThan(6);
  expect(source).toBeGreaterThan(name + 16);
  const bare = page.getByRole("row").filter({ hasText: "Unnamed lead" });
  await expect(bare.locator('[data-label="Source"]'), "a value that was not provided takes no room").toBeHidden();
});
