// Further actions on a key in the list.

import type { Locator } from "@playwright/test";
import { call } from "../support/api.ts";
import { Keys } from "../support/keys.ts";
import { Seeder, sql, type Seeded } from "../support/seed.ts";
import type { Server } from "../support/server.ts";
import { seedKeys } from "../support/states.ts";
import { expect, gotoHydrated, hydrated, signIn, test, type Page } from "../support/test.ts";

test.use({ permissions: ["clipboard-read", "clipboard-write"] });

function more(page: Page, name: string) {
  return page.getByRole("button", { name: `More actions for ${name}` });
}

test("the menu of a row is used without a mouse", async ({ page, server }) => {
  const { used } = await seedKeys(server);
  await signIn(page);
  await hydrated(page);
  const button = more(page, used.name);
  const menu = page.getByRole("menu", { name: `More actions for ${used.name}` });
  await button.focus();
  await page.keyboard.press("Enter");
  await expect(menu.getByRole("menuitem")).toHaveText(["View", "Copy preview", "Edit", "Rotate", "Pause"]);
  await expect(menu.getByRole("menuitem", { name: "View", exact: true })).toBeFocused();
  await expect(menu, "the browser's own popover").toHaveAttribute("popover", "auto");
  await page.keyboard.press("ArrowUp");
  await expect(menu.getByRole("menuitem", { name: "Pause" })).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(menu).toBeHidden();
  await expect(button).toBeFocused();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(`${used.secret.slice(0, 9)}…`);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await expect(menu).toBeHidden();
  await expect(button).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await expect(page.getByText("until you resume it")).toBeVisible();

  await gotoHydrated(page, "/keys");
  await button.click();
  await expect(menu.getByRole("menuitem")).toHaveText(["View", "Copy preview", "Edit", "Rotate", "Resume"]);
  await menu.getByRole("menuitem", { name: "Rotate" }).click();
  await expect(page).toHaveURL(`${server.url}/keys/${used.id}/rotate`);
});

test("a second press closes the menu of a row, and its button tells whether it is open", async ({ page, server }) => {
  const { used, unused } = await seedKeys(server);
  await signIn(page);
  await hydrated(page);
  const menu = page.getByRole("menu");
  const button = more(page, used.name);
  await expect(button).toHaveAttribute("aria-expanded", "false");
  for (let press = 0; press < 2; press += 1) {
    await button.click();
    await expect(menu).toBeVisible();
    await expect(button).toHaveAttribute("aria-expanded", "true");
    await button.click();
    await expect(menu).toBeHidden();
    await expect(button).toHaveAttribute("aria-expanded", "false");
    await expect(button).toBeFocused();
  }
  // The button of another row moves the menu to that row.
  await button.click();
  await more(page, unused.name).click();
  await expect(page.getByRole("menu", { name: `More actions for ${unused.name}` })).toBeVisible();
  await expect(more(page, unused.name)).toHaveAttribute("aria-expanded", "true");
  await expect(button).toHaveAttribute("aria-expanded", "false");
  await page.keyboard.press("Escape");
  await expect(more(page, unused.name)).toHaveAttribute("aria-expanded", "false");
  // A press outside closes it, and the same button opens it again.
  await button.click();
  await page.getByRole("heading", { level: 1 }).click();
  await expect(menu).toBeHidden();
  await button.click();
  await expect(menu).toBeVisible();
});

test("permissions are read in words, and a legend explains their letters", async ({ page, server }) => {
  const { used } = await seedKeys(server);
  await signIn(page);
  await hydrated(page);
  await expect(new Keys(page).row(used.name).getByRole("img", { name: "inventory: read and write" })).toBeVisible();
  await expect(page.getByText("r read, w write")).toBeVisible();
});

test("the rows of a rotation say which key replaces which", async ({ page, server }) => {
  const { used } = await seedKeys(server);
  await (await Seeder.signIn(server)).rotate(used, "7d");
  await signIn(page);
  await hydrated(page);
  const rows = new Keys(page).row(used.name);
  const preview = `${used.secret.slice(0, 9)}…`;
  const [old, next] = [rows.filter({ hasText: "Replaced, expires" }), rows.filter({ hasText: "Replaces" })];
  for (const width of [360, 1280, 1920]) {
    await page.setViewportSize({ width, height: 800 });
    await expect(next.getByText(`Replaces ${preview}`)).toBeVisible();
    const end = old.getByText(/^Replaced, expires \d+ \w+$/);
    await expect(end).toBeVisible();
    const isCut = await end.evaluate((text) => text.scrollWidth > text.clientWidth);
    expect(isCut, `${width} px`).toBe(false);
  }
});

test("the chart of a key does not contradict its first call", async ({ page, server }) => {
  const { unused } = await seedKeys(server);
  await signIn(page);
  await hydrated(page);
  const row = new Keys(page).row(unused.name);
  await expect(row.getByText("No requests in 7 days")).toBeAttached();
  expect((await call(server, unused.secret, "/api/key")).status).toBe(200);
  await expect(row.getByRole("img", { name: "First requests in 7 days" })).toBeVisible();
  await expect(row.getByText("No requests in 7 days")).toHaveCount(0);
});

test("the menu of a revoked key changes nothing", async ({ page, server }) => {
  const { revoked } = await seedKeys(server);
  await signIn(page);
  await hydrated(page);
  await more(page, revoked.name).click();
  await expect(page.getByRole("menuitem")).toHaveText(["View", "Copy preview"]);
  await page.getByRole("menuitem", { name: "View", exact: true }).click();
  await expect(page).toHaveURL(`${server.url}/keys/${revoked.id}`);
});

test("a preview is copied by a click", async ({ page, server }) => {
  const { used } = await seedKeys(server);
  await signIn(page);
  await hydrated(page);
  const preview = new Keys(page).row(used.name).locator("code.copies");
  await preview.hover();
  expect(await label(preview)).toMatchObject({ content: '"Copy" / ""' });
  await preview.click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(`${used.secret.slice(0, 9)}…`);
});

test("the preview reports that the menu of its row copied it", async ({ page, server }) => {
  const { used } = await seedKeys(server);
  await signIn(page);
  await hydrated(page);
  const preview = new Keys(page).row(used.name).locator("code.copies");
  expect(await label(preview)).toMatchObject({ content: "none" });
  await more(page, used.name).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(preview).toHaveClass(/copied/);
  expect(await label(preview), "it covers the preview").toMatchObject({ content: '"Copied" / ""', position: "absolute" });
});

test.describe("on a touch screen", () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test("a preview is copied by a touch near it, and reports that", async ({ page, server }) => {
    const { used } = await seedKeys(server);
    await signIn(page);
    await hydrated(page);
    const preview = new Keys(page).row(used.name).locator("code.copies");
    await preview.scrollIntoViewIfNeeded();
    const box = (await preview.boundingBox())!;
    await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height + 6);
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(`${used.secret.slice(0, 9)}…`);
    expect(await label(preview)).toMatchObject({ content: '"Copied" / ""', position: "absolute" });
  });
});

/** Returns the text that the style sheet puts on a preview. */
function label(preview: Locator): Promise<{ content: string; position: string }> {
  return preview.evaluate((element) => {
    const { content, position } = getComputedStyle(element, "::after");
    return { content, position };
  });
}

function callToday(server: Server, key: Seeded): void {
  const quarter = Math.floor(Date.now() / 900_000) * 900_000;
  sql(
    server,
    "INSERT INTO key_calls (account_id, key_id, hour, outcome, calls) SELECT account_id, id, ?, ?, ? FROM api_keys WHERE id = ?",
    [quarter, "accepted", 1_200, key.id],
    [quarter, "rate_limited", 34, key.id],
  );
}

test("the calls of a week are drawn, and stay when the row changes", async ({ page, server }) => {
  const { used } = await seedKeys(server);
  callToday(server, used);
  await signIn(page);
  await hydrated(page);
  const keys = new Keys(page);
  const week = keys.row(used.name).getByRole("img", { name: "1,234 requests in 7 days, 34 rejected" });
  await expect(week).toBeVisible();
  sql(server, "UPDATE api_keys SET paused_at = ? WHERE id = ?", [Date.now(), used.id]);
  await expect(keys.row(used.name)).toContainText("Paused");
  await expect(week).toBeVisible();
});
