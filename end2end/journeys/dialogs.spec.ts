// Dialogs in a window whose scroll bar takes space, as on most desktops.

import { launchOptions } from "../support/chromium.ts";
import { Keys } from "../support/keys.ts";
import { Seeder } from "../support/seed.ts";
import { expect, hydrated, signIn, test, type Page } from "../support/test.ts";

test.use({ launchOptions: { ...launchOptions, ignoreDefaultArgs: ["--hide-scrollbars"] } });

/** Returns the distance of the open dialog from both edges of the window, and the place of the scroll bar. */
function distances(page: Page): Promise<{ left: number; right: number; bar: number }> {
  return page.evaluate(() => {
    const { left, right } = document.querySelector("dialog[open]")!.getBoundingClientRect();
    const bar = innerWidth - document.body.getBoundingClientRect().width;
    return { left: Math.round(left), right: Math.round(innerWidth - right), bar };
  });
}

test("a dialog is in the middle of the window, and nothing moves behind it", async ({ page, server }) => {
  const seeder = await Seeder.signIn(server);
  for (let number = 1; number <= 20; number += 1) await seeder.createKey(`Integration ${number}`);
  await signIn(page);
  await hydrated(page);
  const title = page.getByRole("heading", { level: 1 });
  const before = await title.boundingBox();
  await new Keys(page).openCreate();
  await expect.poll(async () => (await distances(page)).bar, "the scroll bar has a place").toBeGreaterThan(5);
  const { left, right } = await distances(page);
  expect(Math.abs(left - right), `${left} px and ${right} px`).toBeLessThanOrEqual(1);
  expect((await title.boundingBox())?.x).toBe(before?.x);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog", { name: "Search" })).toBeVisible();
  const search = await distances(page);
  expect(Math.abs(search.left - search.right)).toBeLessThanOrEqual(1);
});
