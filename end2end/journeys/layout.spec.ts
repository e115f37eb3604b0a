import { expectFits } from "../support/layout.ts";
import { Keys } from "../support/keys.ts";
import { STATES, seedKeys } from "../support/states.ts";
import { expect, gotoHydrated, signIn, test } from "../support/test.ts";

test.describe("at 360 px", () => {
  test.use({ viewport: { width: 360, height: 740 } });

  for (const state of STATES) {
    test.describe(state.name, () => {
      test.use({ firstOwner: state.firstOwner ?? "exists" });

      test("needs no scrolling sideways", async ({ page, server, guard }) => {
        await state.open({ page, server, guard });
        await expectFits(page, state.name);
      });
    });
  }

  test("each key is a card that says what its values are", async ({ page, server }) => {
    const { used } = await seedKeys(server);
    await signIn(page);
    await gotoHydrated(page, "/keys");
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

  test("the menu is behind a button", async ({ page }) => {
    await signIn(page);
    await gotoHydrated(page, "/keys");
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

test.describe("with a finger", () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test("what is touched is large enough", async ({ page, server }) => {
    await seedKeys(server);
    await signIn(page);
    await gotoHydrated(page, "/keys");
    const small = await page.locator("button:visible, a.button:visible, select:visible").evaluateAll((all) =>
      all
        .map((element) => ({ text: element.textContent?.trim(), height: element.getBoundingClientRect().height }))
        .filter(({ height }) => height < 43.5),
    );
    expect(small).toEqual([]);
  });
});

test("from 640 px the menu is always there", async ({ page }) => {
  await signIn(page);
  await gotoHydrated(page, "/keys");
  for (const width of [640, 768, 960, 1280, 1920]) {
    await page.setViewportSize({ width, height: 800 });
    await expect(page.getByRole("link", { name: "Inventory" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Menu" })).toBeHidden();
    await expectFits(page, `${width} px`);
  }
});
