// journeys/states.spec.ts checks that every page fits at 360 px.

import { NARROW, expectFits } from "../support/layout.ts";
import { Keys } from "../support/keys.ts";
import { seedKeys } from "../support/states.ts";
import { expect, hydrated, signIn, test } from "../support/test.ts";

test.describe("at 360 px", () => {
  test.use({ viewport: NARROW });

  test("each key is a card with labelled values", async ({ page, server }) => {
    const { used } = await seedKeys(server);
    await signIn(page);
    await hydrated(page);
    const keys = new Keys(page);
    const row = keys.row(used.name);
    const cells = row.getByRole("cell");
    await expect(cells.first(), "restated roles survive the change of display").toBeVisible();
    const boxes = await Promise.all([
      row.getByRole("rowheader").boundingBox(),
      cells.nth(0).boundingBox(),
      cells.nth(1).boundingBox(),
    ]);
    const tops = boxes.map((box) => box?.y ?? 0);
    expect([...tops].sort((a, b) => a - b), "values stand below each other").toEqual(tops);
    expect(new Set(tops).size).toBe(tops.length);
    const labels = await cells.evaluateAll((all) => all.map((cell) => getComputedStyle(cell, "::before").content));
    for (const label of ["Key preview", "Created", "Last used", "Status"]) expect(labels.join()).toContain(label);
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
