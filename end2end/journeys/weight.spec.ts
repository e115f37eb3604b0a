// Files that a first visit transfers, and their order.

import { Seeder } from "../support/seed.ts";
import { expect, hydrated, signIn, test, type Page } from "../support/test.ts";

interface Transfer {
  url: string;
  start: number;
  bytes: number;
}

/** The page and its files, with their bytes on the wire. */
async function transfers(page: Page): Promise<Transfer[]> {
  return page.evaluate(() =>
    [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")].map((entry) => {
      const { name, startTime, transferSize } = entry as PerformanceResourceTiming;
      return { url: name, start: startTime, bytes: transferSize };
    }),
  );
}

test("a first visit to 20 keys transfers at most 170 kilobytes", async ({ page, server }) => {
  const seeder = await Seeder.signIn(server);
  for (let number = 1; number <= 20; number += 1) await seeder.createKey(`Integration of dealer ${number}`);
  await signIn(page);
  await hydrated(page);
  await expect(page.getByRole("rowheader")).toHaveCount(20);
  const all = await transfers(page);
  for (const kind of [".wasm", ".js", ".css"]) {
    const files = all.filter(({ url, bytes }) => url.endsWith(kind) && bytes > 0);
    expect(files.length, `${kind} is not from a cache`).toBeGreaterThan(0);
  }
  const sum = all.reduce((sum, { bytes }) => sum + bytes, 0);
  expect(sum, JSON.stringify(all, undefined, 1)).toBeLessThanOrEqual(170_000);
});

test("the sign-in page fetches the module once it is idle, for the next page", async ({ page }) => {
  // The browser becomes idle when the test says so.
  await page.addInitScript(() => {
    window.requestIdleCallback = (run) => {
      addEventListener("idle", () => run({ didTimeout: false, timeRemaining: () => 50 }));
      document.documentElement.dataset.waits = "";
      return 1;
    };
  });
  const modules = async () => (await transfers(page)).filter(({ url }) => url.endsWith(".wasm"));
  await page.goto("/sign-in");
  await expect(page.locator("html[data-waits]")).toBeAttached();
  expect(await modules()).toEqual([]);
  await page.evaluate(() => dispatchEvent(new Event("idle")));
  await expect.poll(async () => (await modules()).length).toBe(1);
  const loaded = await page.evaluate(() => (performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming).loadEventStart);
  expect((await modules())[0]?.start).toBeGreaterThanOrEqual(loaded);
});
