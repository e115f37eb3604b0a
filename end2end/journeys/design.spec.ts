// The design of the list of keys and of a key's page: its columns, cards, bars and quiet buttons.

import { callFromManyPlaces } from "../support/activity.ts";
import { Keys } from "../support/keys.ts";
import { WIDE, expectFits } from "../support/layout.ts";
import { seedKeys } from "../support/states.ts";
import { expect, hydrated, signIn, test, type Page } from "../support/test.ts";

/** Returns the colour that a token has now. */
function colour(page: Page, token: string): Promise<string> {
  return page.evaluate((name) => {
    const probe = document.createElement("i");
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  }, token);
}

test("the button that revokes a key is red only under the pointer or the focus", async ({ page, server }) => {
  const { used } = await seedKeys(server);
  await signIn(page);
  await hydrated(page);
  const keys = new Keys(page);
  const button = keys.revokeButton(used.name);
  const red = await colour(page, "--red");
  await expect(button).toBeVisible();
  await expect(button).not.toHaveCSS("color", red);
  await button.hover();
  await expect(button).toHaveCSS("color", red);
  await page.mouse.move(0, 0);
  await expect(button).not.toHaveCSS("color", red);
  await keys.row(used.name).getByRole("link", { name: used.name }).focus();
  await page.keyboard.press("Tab");
  await expect(button).toBeFocused();
  await expect(button).toHaveCSS("color", red);
});

test("an unchecked box is not filled with grey in dark colours", async ({ page, server }) => {
  const { used } = await seedKeys(server);
  await page.emulateMedia({ colorScheme: "dark" });
  await signIn(page);
  await hydrated(page);
  const box = new Keys(page).row(used.name).getByRole("checkbox");
  await expect(box).toHaveCSS("background-color", await colour(page, "--surface"));
  const sizes = [await box.boundingBox()];
  await box.check();
  sizes.push(await box.boundingBox());
  expect(sizes[0]).toEqual(sizes[1]);
});

test("the menus of all rows are below each other", async ({ page, server }) => {
  await seedKeys(server);
  await signIn(page);
  await hydrated(page);
  for (const size of [{ width: 1280, height: 800 }, WIDE]) {
    await page.setViewportSize(size);
    const ends = await page.locator("[data-menu]").evaluateAll((all) => all.map((one) => one.getBoundingClientRect().right));
    expect(ends.length).toBeGreaterThan(1);
    expect(new Set(ends).size, `${size.width} px: ${ends}`).toBe(1);
  }
});

test("the names of keys are aligned, also those that cannot be selected", async ({ page, server }) => {
  await seedKeys(server);
  await signIn(page);
  await hydrated(page);
  await expect(page.locator(".choose")).toHaveCount(2);
  const edges = await page.locator("a.name").evaluateAll((all) => all.map((name) => name.getBoundingClientRect().left));
  expect(edges).toHaveLength(4);
  expect(new Set(edges).size, edges.join(", ")).toBe(1);
});

test("a key's page has its details beside its activity from 1100 px", async ({ page, server }) => {
  const { used } = await seedKeys(server);
  callFromManyPlaces(server, used);
  await signIn(page, `/keys/${used.id}`);
  const box = async (name: string) => (await page.getByRole("region", { name, exact: true }).boundingBox())!;
  for (const [width, isBeside] of [
    [1920, true],
    [1280, true],
    [1100, true],
    [768, false],
    [360, false],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    await expectFits(page, `${width} px`);
    for (const left of ["Requests", "Requests by hour of the week", "Sources", "History"]) {
      for (const right of ["Details", "Allowed IPs"]) {
        const [activity, rail] = [await box(left), await box(right)];
        expect(rail.x >= activity.x + activity.width, `${right} beside ${left} at ${width} px`).toBe(isBeside);
      }
    }
  }
});

test("the cards of a key's page look the same, and Revoke is apart from the other buttons", async ({ page, server }) => {
  const { used } = await seedKeys(server);
  callFromManyPlaces(server, used);
  await signIn(page, `/keys/${used.id}`);
  const looks = await page.locator(".key-page section").evaluateAll((all) =>
    all.map((card) => {
      const { backgroundColor, borderRadius, borderTopWidth } = getComputedStyle(card);
      return [backgroundColor, borderRadius, borderTopWidth, getComputedStyle(card.querySelector("h2")!).fontSize].join(" ");
    }),
  );
  expect(looks.length).toBeGreaterThan(5);
  expect(new Set(looks).size, looks.join("\n")).toBe(1);

  const buttons = page.locator(".key-actions .button");
  await expect(buttons).toHaveText(["Edit", "Pause", "Rotate", "Revoke"]);
  const boxes = await buttons.evaluateAll((all) => all.map((button) => button.getBoundingClientRect()).map(({ left, right }) => ({ left, right })));
  const gaps = boxes.slice(1).map(({ left }, index) => left - boxes[index]!.right);
  expect(gaps.at(-1), gaps.join(", ")).toBeGreaterThanOrEqual(2 * Math.max(...gaps.slice(0, -1)));
});

test("a bar is at most 32 px wide, however few there are", async ({ page, server }) => {
  const { used } = await seedKeys(server);
  callFromManyPlaces(server, used);
  await page.setViewportSize(WIDE);
  await signIn(page, `/keys/${used.id}`);
  const bars = page.getByRole("radiogroup", { name: /^Requests per day/ }).locator("label > svg");
  await expect(bars).toHaveCount(7);
  const widths = await bars.evaluateAll((all) => all.map((bar) => bar.getBoundingClientRect().width));
  expect(Math.max(...widths)).toBeLessThanOrEqual(32);
});
