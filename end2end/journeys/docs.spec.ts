import { Seeder } from "../support/seed.ts";
import { expect, gotoHydrated, hydrated, signIn, test, type Page } from "../support/test.ts";

const operation = (page: Page, title: string) =>
  page.locator("section.operation").filter({ has: page.getByRole("heading", { name: title, exact: true }) });

/** Opens an operation's form, and returns it. */
async function attempt(page: Page, title: string) {
  const section = operation(page, title);
  await section.getByText("Try it").click();
  return section.locator("form");
}

test("a visitor without a session reads the docs and finds the sign-in page", async ({ page }) => {
  await gotoHydrated(page, "/docs");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("API docs");
  await expect(page.getByRole("navigation", { name: "Main" })).toHaveCount(0);
  await page.getByRole("link", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
});

test("members reach the docs from the menu, and other pages from the docs", async ({ page }) => {
  await signIn(page);
  await hydrated(page);
  const menu = page.getByRole("navigation", { name: "Main" });
  await menu.getByRole("link", { name: "API docs" }).click();
  await expect(page).toHaveTitle("API docs · Voxum Console");
  await hydrated(page);
  await page.getByRole("link", { name: "Limits" }).click();
  await expect(page).toHaveURL(/#limits$/);
  await expect(page.getByRole("heading", { name: "Limits" })).toBeInViewport();
  await menu.getByRole("link", { name: "API Keys" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("API Keys");
});

test("examples are shown in the chosen language and copied completely", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await gotoHydrated(page, "/docs");
  const section = operation(page, "Push items");
  await expect(section.getByText("curl -i")).toBeVisible();
  await page.getByRole("radio", { name: "curl" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("radio", { name: "Python" })).toBeChecked();
  await expect(section.getByText("curl -i")).toBeHidden();
  const button = section.getByRole("button", { name: "Copy Push items, Python" });
  await button.click();
  await expect(section.getByRole("button", { name: "Copied Push items, Python" })).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(await section.locator("#pushItems-python").textContent());
  expect(copied).toContain('os.environ["VOXUM_API_KEY"]');
});

test("a reader tries calls with a key, which is kept only in its field", async ({ page, server, context, guard }) => {
  guard.expectStatus(403);
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("Reader of the docs", { scopes: ["inventory:read", "inventory:write"] });
  await gotoHydrated(page, "/docs");

  const look = await attempt(page, "Get the current key");
  await look.getByRole("button", { name: "Send GET" }).click();
  const field = page.getByLabel("API key for “Try it”");
  await expect(look.getByRole("status")).toContainText("Paste your API key at the top of this page first.");
  await expect(field).toBeFocused();
  await field.fill(` ${key.secret} `);
  await look.getByRole("button", { name: "Send GET" }).click();
  await expect(look.getByRole("status")).toContainText("200");
  await expect(look.getByRole("status")).toContainText('"name": "Reader of the docs"');
  await expect(look.getByRole("status")).toContainText("ratelimit:");

  const push = await attempt(page, "Push items");
  await push.getByLabel("mode").fill("replace");
  await push.getByRole("button", { name: "Send POST" }).click();
  await expect(push.getByRole("status")).toContainText('"created": 1');

  const put = await attempt(page, "Create or replace one item");
  await put.getByLabel("id", { exact: true }).fill("a/b ü");
  await put.getByRole("button", { name: "Send PUT" }).click();
  await expect(put.getByRole("status")).toContainText('"id": "a/b ü"');

  const list = await attempt(page, "List items");
  await list.getByLabel("limit").fill("1");
  await list.getByRole("button", { name: "Send GET" }).click();
  await expect(list.getByRole("status")).toContainText('"next_cursor": "');

  const leads = await attempt(page, "Create a lead");
  await leads.getByRole("button", { name: "Send POST" }).click();
  await expect(leads.getByRole("status")).toContainText('"code": "missing_scope"');

  // The key is only in its field.
  expect(await page.content()).not.toContain(key.secret);
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href]));
  expect(kept).not.toContain(key.secret);
  expect(JSON.stringify(await context.storageState())).not.toContain(key.secret);
  await page.goto("/sign-in");
  await page.goBack();
  await hydrated(page);
  await expect(field).toHaveValue("");
});

test("an irreversible call asks for confirmation first", async ({ page, server, guard }) => {
  guard.expectStatus(401);
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("Reader of the docs");
  await gotoHydrated(page, "/docs");
  await page.getByLabel("API key for “Try it”").fill(key.secret);
  const revoke = await attempt(page, "Revoke the current key");
  page.once("dialog", (dialog) => dialog.dismiss());
  await revoke.getByRole("button", { name: "Send DELETE" }).click();
  const look = await attempt(page, "Get the current key");
  await look.getByRole("button", { name: "Send GET" }).click();
  await expect(look.getByRole("status")).toContainText('"status": "active"');
  page.once("dialog", (dialog) => dialog.accept());
  await revoke.getByRole("button", { name: "Send DELETE" }).click();
  await expect(revoke.getByRole("status")).toContainText("204");
  await look.getByRole("button", { name: "Send GET" }).click();
  await expect(look.getByRole("status")).toContainText('"code": "revoked_key"');
});

test("a call can be tried with the keyboard alone", async ({ page }) => {
  await gotoHydrated(page, "/docs");
  const section = operation(page, "Liveness check");
  await section.locator("summary").filter({ hasText: "Try it" }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(section.getByRole("button", { name: "Send GET" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(section.getByRole("status")).toContainText("ok");
});

test("the form reports that the server does not answer", async ({ page }) => {
  await gotoHydrated(page, "/docs");
  await page.evaluate(() => {
    window.fetch = () => Promise.reject(new TypeError("no connection"));
  });
  const alive = await attempt(page, "Liveness check");
  await alive.getByRole("button", { name: "Send GET" }).click();
  await expect(alive.getByRole("status")).toContainText("No response.");
});
