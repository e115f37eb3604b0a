// A module that cannot hydrate its page, one that is older than the server, and a computer that was
// asleep.

import { Keys } from "../support/keys.ts";
import { seedKeys } from "../support/states.ts";
import { expect, hydrated, signIn, test, type Page } from "../support/test.ts";

/**
 * Changes each page as a translator does, before the module runs; with `once`, only the first page.
 */
async function translate(page: Page, { once }: { once: boolean }): Promise<void> {
  await page.addInitScript((once) => {
    if (once && sessionStorage.getItem("translated") !== null) return;
    new MutationObserver((_, observer) => {
      const heading = document.querySelector("main h1");
      const skip = document.querySelector("a.skip");
      if (heading === null || skip === null) return;
      observer.disconnect();
      sessionStorage.setItem("translated", "");
      for (const element of [heading, skip]) {
        const font = document.createElement("font");
        font.append(...element.childNodes);
        element.append(font);
      }
      document.body.prepend(document.createElement("grammar-extension"));
    }).observe(document, { childList: true, subtree: true });
  }, once);
}

test("a page that an extension changed before hydration is reloaded once", async ({ page, server, guard }) => {
  guard.expectConsole("panicked at");
  const { used } = await seedKeys(server);
  await signIn(page, "/settings");
  await translate(page, { once: true });
  await page.goto("/keys");
  await hydrated(page);
  await expect(page.locator("font")).toHaveCount(0);
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(new Keys(page).row(used.name)).toBeVisible();
});

test("a page that an extension changes on every load shows a notice and works as plain HTML", async ({ page, server, guard }) => {
  guard.expectConsole("panicked at");
  const { unused } = await seedKeys(server);
  await signIn(page, "/settings");
  await translate(page, { once: false });
  await page.goto("/keys");
  await expect(page.getByRole("alert")).toContainText("does not update by itself");
  await new Keys(page).revokeButton(unused.name).click();
  await expect(page, "the button leads to the page").toHaveURL(/\/revoke\??$/);
  await page.getByLabel("Reason").selectOption("Unused");
  await page.getByRole("button", { name: "Revoke key" }).click();
  await expect(page.getByText("Key revoked. Requests with it are rejected.")).toBeVisible();
});

test("a link on a page of an older build loads the whole page", async ({ page }) => {
  await signIn(page);
  await hydrated(page);
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  await page.getByRole("link", { name: "Leads" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Leads" })).toBeVisible();
  expect(await page.evaluate(() => "sameDocument" in window), "no page was loaded").toBe(true);
  await expect(page.locator("html")).toHaveAttribute("data-build", /\.wasm/);
  await page.evaluate(() => {
    const root = document.documentElement;
    root.dataset.build = root.dataset.build?.replace(/[0-9a-f]{16}\.wasm/, "0123456789abcdef.wasm");
  });
  await page.getByRole("link", { name: "Inventory" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Inventory" })).toBeVisible();
  await expect.poll(() => page.evaluate(() => "sameDocument" in window)).toBe(false);
});

test("relative times are correct after the computer slept", async ({ page, server }) => {
  const { used } = await seedKeys(server);
  await signIn(page);
  await hydrated(page);
  const created = new Keys(page).row(used.name).locator('td[data-label="Created"] .ago');
  await expect(created).toHaveText(/^\d+ s ago|just now/);
  // While a computer sleeps, one of the browser's clocks stops, and its calendar continues.
  await page.evaluate(() => {
    const now = Date.now;
    Date.now = () => now() + 2 * 3_600_000;
  });
  await expect(created).toHaveText("2 h ago");
});

test("the code of the dialogs is loaded when the pointer or the focus reaches a button", async ({ page, server }) => {
  const { unused } = await seedKeys(server);
  const modules: string[] = [];
  page.on("request", (request) => void (request.url().endsWith(".wasm") && modules.push(request.url())));
  await signIn(page);
  await hydrated(page);
  await page.getByRole("link", { name: unused.name }).hover();
  expect(modules).toHaveLength(1);
  await new Keys(page).revokeButton(unused.name).hover();
  await expect.poll(() => modules.length).toBe(2);
  await new Keys(page).openRevoke(unused.name);
  await page.keyboard.press("Escape");
  await new Keys(page).openCreate();
  expect(modules, "it is loaded once").toHaveLength(2);
});

test("buttons lead to pages while the code of the dialogs cannot be loaded", async ({ page, server, guard }) => {
  guard.expectStatus(404);
  guard.expectConsole("WebAssembly");
  const { unused } = await seedKeys(server);
  await signIn(page);
  await hydrated(page);
  // As after an update of the server, which no longer has the file of the older build.
  await page.route("**/*.wasm", (route) => route.fulfill({ status: 404, body: "Not found" }));
  await new Keys(page).revokeButton(unused.name).click();
  await expect(page).toHaveURL(`${server.url}/keys/${unused.id}/revoke`);
  await page.unroute("**/*.wasm");
  await page.goto("/keys");
  await new Keys(page).openRevoke(unused.name);
});
