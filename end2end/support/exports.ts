// Exports of the lists, the same with and without JavaScript.

import { readFile } from "node:fs/promises";
import { seedItems, seedLeads } from "./states.ts";
import type { Server } from "./server.ts";
import { expect, signIn, type Page } from "./test.ts";

const mark = "\uFEFF";

async function download(page: Page, link: string): Promise<{ name: string; text: string }> {
  const started = page.waitForEvent("download");
  await page.getByRole("link", { name: link, exact: true }).click();
  const file = await started;
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), "utf8") };
}

/** Exports the items that a search finds. */
export async function exportItems(page: Page, server: Server): Promise<void> {
  await seedItems(server, 6);
  await signIn(page, "/inventory");
  await page.getByRole("searchbox").fill("škoda");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page.getByText("2 of 6 items")).toBeVisible();
  const csv = await download(page, "CSV");
  expect(csv.name).toMatch(/^inventory-\d{4}-\d\d-\d\d\.csv$/);
  const lines = csv.text.trimEnd().split("\r\n");
  expect(lines[0]).toBe(`${mark}id,name,category,price,currency,description,url,image_url,available`);
  expect(lines.slice(1).map((line) => line.split(",")[1])).toEqual(["Škoda Octavia Combi", "Škoda Octavia Combi"]);
  const jsonl = await download(page, "JSON Lines");
  expect(jsonl.name).toMatch(/^inventory-\d{4}-\d\d-\d\d\.jsonl$/);
  expect(jsonl.text.trimEnd().split("\n").map((line) => JSON.parse(line).id)).toEqual(["SKU002", "SKU005"]);
  await expect(page.getByText("2 of 6 items"), "the page stays").toBeVisible();
}

/** Exports the leads; each export is recorded in the audit log. */
export async function exportLeads(page: Page, server: Server): Promise<void> {
  await seedLeads(server, 3);
  await signIn(page, "/leads");
  const csv = await download(page, "CSV");
  expect(csv.name).toMatch(/^leads-\d{4}-\d\d-\d\d\.csv$/);
  expect(csv.text.startsWith(`${mark}id,name,email,phone,`)).toBe(true);
  const jsonl = await download(page, "JSON Lines");
  const names = jsonl.text.trimEnd().split("\n").map((line) => JSON.parse(line).name);
  expect(names).toContain("Grace Hopper 3");
  await page.getByRole("link", { name: "Audit log" }).click();
  await expect(page.getByRole("rowheader", { name: "Leads exported" })).toHaveCount(2);
}
