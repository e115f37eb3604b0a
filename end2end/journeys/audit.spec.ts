// The audit log.

import { askInVain, readAuditLog } from "../support/audit.ts";
import { NARROW } from "../support/layout.ts";
import { Seeder } from "../support/seed.ts";
import { expect, signIn, test } from "../support/test.ts";

test("the audit log is opened from a key, filtered, paged and downloaded", async ({ page, server }) => {
  await readAuditLog(page, server);
});

test("an invalid filter is marked at its field and kept", async ({ page }) => {
  await askInVain(page);
});

test("an event of the audit log takes one line on a laptop", async ({ page, server }) => {
  const seeder = await Seeder.signIn(server);
  for (let number = 1; number <= 12; number += 1) await seeder.createKey(`Integration of the branch in Wolfsburg ${number}`);
  await seeder.send("/account/sessions", { end: "others" });
  await page.setViewportSize({ width: 1280, height: 800 });
  await signIn(page, "/audit");
  const rows = page.getByRole("row").filter({ has: page.getByRole("rowheader") });
  await expect(rows.nth(10)).toBeInViewport({ ratio: 1 });
  const heights = await rows.evaluateAll((all) => all.map((row) => row.getBoundingClientRect().height));
  expect(Math.max(...heights), "one line each").toBeLessThan(44);
  const texts = page.locator("tbody").locator(".who > a, .what").filter({ visible: true });
  expect(await texts.count()).toBeGreaterThan(12);
  const cut = await texts.evaluateAll((all) => all.filter((text) => text.scrollWidth > text.clientWidth).map((text) => text.textContent));
  expect(cut, "actors and actions are shown in full").toEqual([]);
  await rows.first().locator("summary").press("Enter");
  await expect(rows.first().getByText("Request ID")).toBeVisible();
});

test("an event of the audit log shows its actor in full on a phone", async ({ page }) => {
  await page.setViewportSize(NARROW);
  await signIn(page, "/audit");
  const row = page.getByRole("row").filter({ has: page.getByRole("rowheader") }).first();
  const actor = row.locator(".who > a");
  await actor.evaluate((link) => (link.textContent = "mara@brenner.example"));
  await row.locator(".ago").evaluate((text) => (text.textContent = "59 seconds ago"));
  expect(await actor.evaluate((link) => link.scrollWidth - link.clientWidth)).toBeLessThanOrEqual(0);
});
