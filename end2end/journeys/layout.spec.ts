// journeys/states.spec.ts checks that every page fits at 360 px.

import type { Locator } from "@playwright/test";
import { openUntil } from "../support/activity.ts";
import { call } from "../support/api.ts";
import { NARROW, expectFits } from "../support/layout.ts";
import { Keys } from "../support/keys.ts";
import { Seeder, endSoon } from "../support/seed.ts";
import { seedKeys } from "../support/states.ts";
import { expect, hydrated, signIn, test } from "../support/test.ts";

test.describe("at 360 px", () => {
  test.use({ viewport: NARROW });

  test("each key takes two lines", async ({ page, server }) => {
    const { used } = await seedKeys(server);
    await (await Seeder.signIn(server)).createKey("Inventory of the branch in Wolfsburg, sent every night");
    await signIn(page);
    await hydrated(page);
    const keys = new Keys(page);
    const row = keys.row(used.name);
    await expect(row.getByRole("cell").first(), "restated roles survive the change of display").toBeVisible();
    const middle = async (text: string) => {
      const box = await row.getByText(text).first().boundingBox();
      return (box?.y ?? 0) + (box?.height ?? 0) / 2;
    };
    const cell = row.getByRole("cell").filter({ hasText: "min ago" });
    const box = (await cell.boundingBox())!;
    const last = box.y + box.height / 2;
    const label = await cell.evaluate((cell) => getComputedStyle(cell, "::before").content);
    expect(label, "the time has a label").toBe('"Last used "');
    expect(await cell.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
    const [name, status, preview] = [await middle(used.name), await middle("Active"), await middle("vx_")];
    expect(Math.abs(name - status), "the status is beside the name").toBeLessThan(6);
    expect(Math.abs(preview - last), "the last use is beside the preview").toBeLessThan(6);
    expect(preview - name, "below the name").toBeGreaterThan(16);
    const rows = page.getByRole("row").filter({ has: page.getByRole("rowheader") });
    const heights = await rows.evaluateAll((all) => all.map((row) => row.getBoundingClientRect().height));
    expect(heights).toHaveLength(5);
    expect(Math.max(...heights), `two lines each, also with a long name: ${heights.join(", ")}`).toBeLessThan(84);
    await expect(keys.revokeButton(used.name)).toBeVisible();
  });

  test("a warning cuts nothing off the line below it", async ({ page, server }) => {
    const { unused } = await seedKeys(server);
    endSoon(server, unused);
    await signIn(page);
    await hydrated(page);
    const row = new Keys(page).row(unused.name);
    await expect(row.getByText("Expires soon")).toBeAttached();
    const cell = row.getByRole("cell").filter({ hasText: /^Never used$/ });
    expect(await cell.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
  });

  test("the bar of bulk actions does not cover the key that was selected last", async ({ page, server }) => {
    const seeder = await Seeder.signIn(server);
    for (let number = 1; number <= 12; number += 1) await seeder.createKey(`Integration ${number}`);
    await signIn(page);
    await hydrated(page);
    const boxes = page.locator(".choose");
    for (let number = 0; number < 12; number += 1) {
      await boxes.nth(number).check();
      const [row, bar] = await Promise.all([
        boxes.nth(number).locator("xpath=ancestor::tr").boundingBox(),
        page.locator("form.several").boundingBox(),
      ]);
      expect(row!.y + row!.height, `row ${number + 1}`).toBeLessThanOrEqual(bar!.y);
    }
  });

  test("the buttons of a key's page share a line, and examples take the width of the page", async ({ page, server }) => {
    const { used } = await seedKeys(server);
    await signIn(page, `/keys/${used.id}`);
    const buttons = page.locator(".key-actions .button");
    await expect(buttons).toHaveText(["Edit", "Pause", "Rotate", "Revoke"]);
    const tops = await buttons.evaluateAll((all) => all.map((button) => button.getBoundingClientRect().top));
    expect(new Set(tops).size, tops.join(", ")).toBe(1);
    await page.goto("/");
    const example = page.locator(".code pre").first();
    expect((await example.boundingBox())?.width).toBeGreaterThan(200);
  });

  test("a button opens the menu", async ({ page }) => {
    await signIn(page);
    await hydrated(page);
    const link = page.getByRole("link", { name: "Inventory" });
    await expect(link).toBeHidden();
    await page.getByRole("button", { name: "Menu" }).click();
    await expect(link).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(link).toBeHidden();
    await page.getByRole("button", { name: "Menu" }).click();
    await link.click();
    await expect(page.getByRole("heading", { level: 1, name: "Inventory" })).toBeVisible();
    await expect(link, "the menu closes behind a choice").toBeHidden();
  });

});

test.describe("on a touch screen", () => {
  test.use({ viewport: NARROW, hasTouch: true, isMobile: true });

  test("touch targets are large enough", async ({ page, server }) => {
    await seedKeys(server);
    await signIn(page);
    await hydrated(page);
    const small = await page.locator("button:visible, a.button:visible, select:visible").evaluateAll((all) =>
      all
        .map((element) => ({ text: element.textContent?.trim(), height: element.getBoundingClientRect().height }))
        .filter(({ height }) => height < 43.5),
    );
    expect(small).toEqual([]);
  });
});

test("the menu is always visible from 640 px", async ({ page }) => {
  await signIn(page);
  await hydrated(page);
  for (const width of [640, 768, 960, 1280, 1920]) {
    await page.setViewportSize({ width, height: 800 });
    await expect(page.getByRole("link", { name: "Inventory" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Menu" })).toBeHidden();
    await expectFits(page, `${width} px`);
  }
});

test("each permission of a key has its last use below it and its button beside it", async ({ page, server }) => {
  const { used } = await seedKeys(server);
  for (const size of [NARROW, { width: 1280, height: 800 }]) {
    await page.setViewportSize(size);
    await signIn(page, `/keys/${used.id}`);
    const boxes = await page.locator(".uses li").evaluateAll((all) =>
      all.map((item) => {
        const [name, last, button] = ["code", "small", "form"].map((tag) => item.querySelector(tag)!.getBoundingClientRect());
        return { below: last!.top >= name!.bottom - 1, beside: button!.top < last!.top && button!.bottom > name!.bottom };
      }),
    );
    expect(boxes).toEqual([
      { below: true, beside: true },
      { below: true, beside: true },
    ]);
  }
});

test("fourteen keys fit on a laptop, one line each, with the columns that matter", async ({ page, server }) => {
  const seeder = await Seeder.signIn(server);
  for (let number = 1; number <= 15; number += 1) await seeder.createKey(`Integration ${number}`);
  await page.setViewportSize({ width: 1280, height: 800 });
  await signIn(page);
  await hydrated(page);
  for (const column of ["Name", "Key preview", "Permissions", "7 days", "Created", "Last used", "Expires", "Status"]) {
    await expect(page.getByRole("columnheader", { name: column, exact: true })).toBeInViewport({ ratio: 1 });
  }
  const rows = page.getByRole("row").filter({ has: page.getByRole("rowheader") });
  await expect(rows.nth(13)).toBeInViewport({ ratio: 1 });
});

test("the filters share the line of the search, also while one of them applies", async ({ page, server }) => {
  await seedKeys(server);
  await page.setViewportSize({ width: 1280, height: 800 });
  const heights = new Set<number>();
  for (const query of ["", "?status=active", "?status=dead-in-use", "?scope=inventory%3Awrite", "?unused=never", "?unused=365", "?expires=90"]) {
    await signIn(page, `/keys${query}`);
    const box = await page.locator(".find").boundingBox();
    heights.add(Math.round(box?.height ?? 0));
    await expectFits(page, query);
  }
  expect([...heights]).toHaveLength(1);
});

test("fourteen keys fit below two notices, which share one line and wrap on a phone", async ({ page, server }) => {
  const seeder = await Seeder.signIn(server);
  const revoked = await seeder.createKey("Feed of the old website, before the move to the new shop");
  await seeder.revoke(revoked);
  endSoon(server, await seeder.createKey("Inventory of the branch in Hamburg, sent every night"));
  for (let number = 1; number <= 14; number += 1) await seeder.createKey(`Integration ${number}`);
  await call(server, revoked.secret, "/api/inventory");
  await page.setViewportSize({ width: 1280, height: 800 });
  await signIn(page);
  await openUntil(page, "/keys", "1 revoked or expired key is still in use:");
  const rows = page.getByRole("row").filter({ has: page.getByRole("rowheader") });
  await expect(rows.nth(13)).toBeInViewport({ ratio: 1 });
  const [dead, expiring] = [/still in use/, /expires within 7 days/].map((name) => page.getByRole("link", { name }));
  const middle = async (link: Locator) => {
    const box = await link.boundingBox();
    return (box?.y ?? 0) + (box?.height ?? 0) / 2;
  };
  expect(await middle(dead!)).toBeCloseTo(await middle(expiring!), 0);
  await expectFits(page, "1280 px");

  await page.setViewportSize(NARROW);
  expect((await middle(expiring!)) - (await middle(dead!)), "each has lines of its own").toBeGreaterThan(20);
  await expectFits(page, "360 px");
});
