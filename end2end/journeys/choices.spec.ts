// A person's choices persist, and the focused element is visible.

import { Keys } from "../support/keys.ts";
import { callForAMonth, Seeder } from "../support/seed.ts";
import { seedFour } from "../support/find.ts";
import { openRecoveryCodes } from "../support/once.ts";
import { seedItems, seedKeys } from "../support/states.ts";
import { expect, hydrated, owner, signIn, test, type Page } from "../support/test.ts";

test("a theme is applied as soon as it is chosen, on every page", async ({ page }) => {
  await signIn(page, "/settings");
  const theme = page.getByLabel("Theme");
  await expect(page.getByRole("button", { name: "Apply" })).toHaveCount(0);
  await theme.selectOption("Dark");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  for (const path of ["/", "/keys", "/audit", "/account"]) {
    const answer = await page.goto(path);
    expect(await answer?.text(), path).toMatch(/<html[^>]*data-theme="dark"/);
    await expect(theme.locator("option:checked")).toHaveText("Dark");
  }
});

test("the choice of exact times persists on every page", async ({ page, server }) => {
  await seedKeys(server);
  await seedItems(server, 3);
  await signIn(page);
  await hydrated(page);
  const exact = page.getByRole("switch", { name: "Exact times" });
  const display = page.getByRole("button", { name: "Display" });
  await display.click();
  await exact.check();
  await page.getByRole("link", { name: "Inventory", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Inventory" })).toBeVisible();
  await expect(exact).toBeChecked();
  await page.goto("/audit");
  await expect(exact).toBeChecked();
  await expect(page.locator("time .exact").first()).toBeVisible();
  await page.goto("/account");
  await expect(page.locator("time .exact").first(), "also without the switch").toBeVisible();
  await page.goto("/audit");
  await exact.uncheck();
  await expect(page.locator("time .exact").first()).toBeHidden();
  await page.goto("/keys");
  await display.click();
  await expect(exact).not.toBeChecked();
});

test("the choice of comfortable rows persists and shows the details of each key", async ({ page, server }) => {
  const { used } = await seedKeys(server);
  await signIn(page);
  await hydrated(page);
  const agent = new Keys(page).row(used.name).getByText(/dealer-feed/);
  await expect(agent).toBeHidden();
  const comfortable = page.getByRole("switch", { name: "Comfortable rows" });
  await page.getByRole("button", { name: "Display" }).click();
  await comfortable.check();
  await expect(agent).toBeVisible();
  const answer = await page.goto("/keys");
  expect(await answer?.text()).toContain('data-rows="comfortable"');
  await expect(agent).toBeVisible();
  await page.getByRole("button", { name: "Display" }).click();
  await comfortable.uncheck();
  await expect(agent).toBeHidden();
});

test("the menu stays in its place from page to page", async ({ page, server }) => {
  const { used } = await seedKeys(server);
  callForAMonth(server, used);
  await signIn(page, "/");
  const places = new Set<string>();
  for (const path of ["/", "/keys", "/inventory", "/leads", "/docs", "/audit", "/team", "/settings", "/account", `/keys/${used.id}`]) {
    await page.goto(path);
    const boxes = await page.locator(".side :is(a, button, select):visible").evaluateAll((elements) =>
      elements.map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return [x, y, width, height].map(Math.round).join(" ");
      }),
    );
    places.add(boxes.join(", "));
  }
  expect([...places]).toHaveLength(1);
});

test("sorting keeps the focus on the column header", async ({ page, server }) => {
  await seedFour(server);
  await signIn(page);
  await hydrated(page);
  const head = page.getByRole("columnheader", { name: "Name" });
  await head.getByRole("link").focus();
  for (const order of ["ascending", "descending", "ascending"]) {
    await page.keyboard.press("Enter");
    await expect(head).toHaveAttribute("aria-sort", order);
    await expect(head.getByRole("link")).toBeFocused();
  }
});

test("a preset appears pressed while its permissions are selected", async ({ page }) => {
  await signIn(page);
  await hydrated(page);
  await page.getByRole("main").getByRole("button", { name: "Create API Key" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Create API Key" });
  const pressed = (name: string) => dialog.getByRole("button", { name, pressed: true });
  await expect(dialog.locator("[aria-pressed=true]")).toHaveCount(0);
  await dialog.getByRole("button", { name: "CRM sync" }).click();
  await expect(pressed("CRM sync")).toBeVisible();
  const ground = (name: string) => dialog.getByRole("button", { name }).evaluate((button) => getComputedStyle(button).backgroundColor);
  await page.mouse.move(0, 0);
  await expect.poll(() => ground("CRM sync"), "it looks pressed as well").not.toBe(await ground("Read only"));
  await dialog.getByRole("button", { name: "Read only" }).click();
  await expect(pressed("Read only")).toBeVisible();
  await expect(pressed("CRM sync")).toHaveCount(0);
  await dialog.getByLabel("leads:read").uncheck();
  await expect(dialog.locator("[aria-pressed=true]")).toHaveCount(0);
});

/** Presses Tab through the whole page, and returns the name of every stop that is not visible. */
async function hiddenStops(page: Page): Promise<string[]> {
  const hidden: string[] = [];
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    scrollTo(0, 0);
  });
  for (let step = 0; step < 150; step += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const focused = document.activeElement;
      if (focused === null || focused === document.body) return null;
      let { left, top, right, bottom } = focused.getBoundingClientRect();
      for (let around = focused.parentElement; around !== null; around = around.parentElement) {
        const style = getComputedStyle(around);
        if (style.clipPath !== "none") [right, bottom] = [left, top];
        if (style.overflow !== "visible" && around !== document.body && around !== document.documentElement) {
          const box = around.getBoundingClientRect();
          [left, top] = [Math.max(left, box.left), Math.max(top, box.top)];
          [right, bottom] = [Math.min(right, box.right), Math.min(bottom, box.bottom)];
        }
      }
      const seen = right - left > 4 && bottom - top > 4 && focused.checkVisibility();
      return { seen, name: focused.outerHTML.slice(0, 80) };
    });
    if (stop === null) break;
    if (!stop.seen) hidden.push(stop.name);
  }
  return hidden;
}

test("every focused element is visible at 400 % zoom", async ({ page, server }) => {
  test.slow();
  const { used } = await seedKeys(server);
  await seedItems(server, 3);
  await signIn(page, "/");
  // 1280 × 800 at a zoom of 400 %.
  await page.setViewportSize({ width: 320, height: 200 });
  for (const path of ["/keys", "/inventory", "/audit", "/team", "/account", `/keys/${used.id}`]) {
    await page.goto(path);
    expect(await hiddenStops(page), path).toEqual([]);
  }
});

test("password forms contain the user name, and code fields ask for a numeric keyboard", async ({ page, server }) => {
  const warnings: string[] = [];
  page.on("console", (message) => warnings.push(message.text()));
  const session = await page.context().newCDPSession(page);
  await session.send("Log.enable");
  session.on("Log.entryAdded", ({ entry }) => warnings.push(entry.text));
  const users = async () => {
    const forms = page.locator("form:has(input[type=password])");
    const names = await forms.evaluateAll((all) =>
      all.map((form) => form.querySelector<HTMLInputElement>("input[autocomplete=username]:not([type=hidden])")?.value),
    );
    expect(names.length).toBeGreaterThan(0);
    return [...new Set(names)];
  };
  const seeder = await Seeder.signIn(server);
  const invited = await seeder.send("/team/invite", { email: "grace@harbour-cars.example", role: "viewer" });
  const link = /\/setup\/[0-9A-Za-z_-]+/.exec(invited)?.[0] ?? "";
  await page.goto(link);
  expect(await users()).toEqual(["grace@harbour-cars.example"]);

  await openRecoveryCodes(page);
  await page.goto("/account");
  expect(await users()).toEqual([owner.email]);
  await expect(page.getByLabel("Code", { exact: true })).toHaveAttribute("inputmode", "numeric");
  await page.getByRole("link", { name: "Use a recovery code" }).click();
  await expect(page.getByLabel("Recovery code")).toHaveAttribute("inputmode", "text");

  await page.context().clearCookies();
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(owner.email);
  await page.getByLabel("Password").fill(owner.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  const code = page.getByLabel("Code", { exact: true });
  await expect(code).toHaveAttribute("inputmode", "numeric");
  await expect(code).toBeFocused();
  await page.getByRole("button", { name: "Use a recovery code" }).click();
  await expect(page.getByLabel("Recovery code")).toHaveAttribute("inputmode", "text");
  await expect(page.getByLabel("Recovery code")).toBeFocused();
  await page.getByRole("button", { name: "Use a code from the app" }).click();
  await expect(code).toBeVisible();
  expect(warnings.filter((text) => text.includes("Password forms"))).toEqual([]);
});
