import { Keys } from "../support/keys.ts";
import { seedKeys } from "../support/states.ts";
import { endSession, expect, gotoHydrated, hydrated, owner, signIn, signInByForm, test, type Page } from "../support/test.ts";

/** Marks the document, so that a newly loaded one can be recognised. */
async function mark(page: Page): Promise<() => Promise<boolean>> {
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  return () => page.evaluate(() => "sameDocument" in window);
}

test("menu links and the Back button change the page without a page load", async ({ page }) => {
  await signIn(page);
  await hydrated(page);
  const stands = await mark(page);
  const inventory = page.getByRole("link", { name: "Inventory", exact: true });
  const keys = page.getByRole("link", { name: "API Keys", exact: true });
  await expect(keys).toHaveAttribute("aria-current", "page");
  await inventory.click();
  await expect(page.getByRole("heading", { level: 1, name: "Inventory" })).toBeVisible();
  await expect(page).toHaveURL(/\/inventory$/);
  await expect(page).toHaveTitle(/^Inventory/);
  await expect(inventory).toHaveAttribute("aria-current", "page");
  await expect(keys).not.toHaveAttribute("aria-current");
  await expect(page.getByRole("main"), "reading goes on at what is new").toBeFocused();
  await keys.click();
  await expect(page.getByRole("heading", { level: 1, name: "API Keys" })).toBeVisible();
  await expect(page).toHaveTitle(/^API Keys/);
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1, name: "Inventory" })).toBeVisible();
  await page.goForward();
  await expect(page.getByRole("heading", { level: 1, name: "API Keys" })).toBeVisible();
  await hydrated(page);
  expect(await stands(), "no page was loaded").toBe(true);
  await page.reload();
  expect(await stands(), "a reload is one").toBe(false);
});

test("listeners of a page stop when the user leaves it", async ({ page, server }) => {
  await seedKeys(server);
  await signIn(page);
  await hydrated(page);
  const stands = await mark(page);
  for (let round = 0; round < 3; round += 1) {
    await page.getByRole("link", { name: "Inventory", exact: true }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Inventory" })).toBeVisible();
    await page.getByRole("link", { name: "API Keys", exact: true }).click();
    await expect(page.getByRole("heading", { level: 1, name: "API Keys" })).toBeVisible();
    await hydrated(page);
  }
  expect(await stands()).toBe(true);
  const keys = new Keys(page);
  await keys.create("CRM Sync 2", "CRM sync");
  await keys.done();
  await expect(keys.row("CRM Sync 2"), "one page listens, not several").toHaveCount(1);
  await expect(keys.row("CRM Sync 2").locator("time").first()).toHaveText(/\d+ s ago/, { timeout: 4_000 });
});

test("a page that is not hydrated opens without a page load, and its form loads a new page", async ({ page }) => {
  await signIn(page);
  await hydrated(page);
  const stands = await mark(page);
  await page.evaluate(() => location.assign("/keys/new"));
  await expect(page.getByRole("heading", { level: 1, name: "Create API Key" })).toBeVisible();
  await expect(page.locator("html")).not.toHaveAttribute("data-hydrated");
  await page.getByLabel("Name").fill("CRM Sync");
  await page.getByLabel("leads:read").check();
  expect(await stands()).toBe(true);
  await page.getByRole("button", { name: "Create API Key" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Save your API key" })).toBeVisible();
  expect(await stands(), "the answer that shows a key is a page of its own, without script").toBe(false);
});

test("a link leads to the error response if the server is unavailable", async ({ page, guard, server }) => {
  guard.expectStatus(503);
  await signIn(page);
  await hydrated(page);
  await page.route("**/inventory", (route) => route.fulfill({ status: 503, body: "Try again later.", contentType: "text/plain" }));
  await page.getByRole("link", { name: "Inventory", exact: true }).click();
  await expect(page.getByText("Try again later.")).toBeVisible();
  await expect(page).toHaveURL(`${server.url}/inventory`);
});

test("a link loads the whole page if the console has been updated", async ({ page }) => {
  await signIn(page);
  await hydrated(page);
  const stands = await mark(page);
  await page.route("**/inventory", async (route) => {
    if (route.request().resourceType() !== "fetch") return route.continue();
    const answer = await route.fetch();
    const body = (await answer.text()).replaceAll(/console\.[0-9a-f]+\.css/g, "console.0123456789abcdef.css");
    return route.fulfill({ response: answer, body });
  });
  await page.getByRole("link", { name: "Inventory", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Inventory" })).toBeVisible();
  await expect.poll(stands).toBe(false);
});

test("a browser without the Navigation API loads each page", async ({ page }) => {
  await page.addInitScript(() => Object.defineProperty(window, "navigation", { value: undefined }));
  await signIn(page);
  await hydrated(page);
  const stands = await mark(page);
  await page.getByRole("link", { name: "Inventory", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Inventory" })).toBeVisible();
  expect(await stands()).toBe(false);
});

test("a key can be created on a page that was reached from the menu", async ({ page }) => {
  await signIn(page, "/inventory");
  await page.getByRole("link", { name: "API Keys", exact: true }).click();
  await hydrated(page);
  const keys = new Keys(page);
  await keys.create("Inventory Integration");
  await keys.done();
  await expect(keys.row("Inventory Integration")).toHaveCount(1);
});

test("two keys in a row are created without a reload, each with its own secret", async ({ page }) => {
  await signIn(page);
  await hydrated(page);
  const keys = new Keys(page);
  const first = await keys.create("Inventory Integration");
  await keys.done();
  const dialog = await keys.openCreate();
  await expect(dialog.getByLabel("Name"), "the form starts empty").toHaveValue("");
  await expect(dialog.getByLabel("inventory:read")).not.toBeChecked();
  await page.keyboard.press("Escape");
  const second = await keys.create("CRM Sync", "CRM sync");
  await keys.done();
  expect(second).not.toBe(first);
  await expect(page.getByRole("rowheader")).toHaveCount(2);
  await expect(page.getByRole("rowheader").first(), "the newest is first").toContainText("CRM Sync");
});

test("a double click creates only one key", async ({ page }) => {
  await signIn(page);
  await hydrated(page);
  const keys = new Keys(page);
  const dialog = await keys.openCreate();
  await dialog.getByLabel("Name").fill("CRM Sync");
  await dialog.getByRole("button", { name: "CRM sync" }).click();
  await dialog.getByRole("button", { name: "Create API Key" }).dblclick();
  await expect(keys.saveDialog.getByLabel("API key")).toHaveValue(/^vx_/);
  await keys.done();
  await gotoHydrated(page, "/keys");
  await expect(page.getByRole("rowheader")).toHaveCount(1);
});

test("a refused form stays in its dialog and keeps what the admin typed", async ({ page }) => {
  await signIn(page);
  await hydrated(page);
  const keys = new Keys(page);
  const dialog = await keys.openCreate();
  await dialog.getByLabel("Name").fill("x".repeat(65));
  await dialog.getByLabel("Expiration", { exact: true }).selectOption("1 year");
  await dialog.getByRole("button", { name: "Create API Key" }).click();
  const name = dialog.getByLabel("Name");
  await expect(name).toHaveAttribute("aria-invalid", "true");
  await expect(name).toHaveAccessibleDescription(/at most 64 characters/);
  await expect(name).toBeFocused();
  await expect(name).toHaveValue("x".repeat(65));
  await expect(dialog.getByLabel("Expiration", { exact: true }).locator("option:checked")).toHaveText("1 year");
  await expect(dialog.getByRole("group", { name: "Permissions" })).toHaveAccessibleDescription(/\S/);
  await name.fill("x".repeat(64));
  await dialog.getByLabel("leads:read").check();
  await dialog.getByRole("button", { name: "Create API Key" }).click();
  await expect(keys.saveDialog.getByLabel("API key")).toHaveValue(/^vx_/);
  await keys.done();
  await expect(keys.row("x".repeat(64))).toHaveCount(1);
});

test("a chosen theme applies at once and persists without a flash", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await signIn(page);
  await hydrated(page);
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.getByLabel("Theme").selectOption("Dark");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  expect(await background()).not.toBe(light);
  const answer = await page.reload();
  expect(await answer?.text(), "the server draws it").toMatch(/<html[^>]*data-theme="dark"/);
  await hydrated(page);
  await expect(page.getByLabel("Theme").locator("option:checked")).toHaveText("Dark");
  await page.getByLabel("Theme").selectOption("System");
  await expect.poll(background).toBe(light);
});

test("signing in leads to the requested page", async ({ page, server }) => {
  await page.goto("/inventory");
  await expect(page).toHaveURL(`${server.url}/sign-in?next=%2Finventory`);
  await page.getByLabel("Email").fill(owner.email);
  await page.getByLabel("Password").fill(owner.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(`${server.url}/inventory`);
});

for (const next of ["https://evil.example/", "//evil.example/", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)"]) {
  test(`signing in never leads to ${JSON.stringify(next)}`, async ({ page, server }) => {
    await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
    await page.getByLabel("Email").fill(owner.email);
    await page.getByLabel("Password").fill(owner.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page).toHaveURL(`${server.url}/`);
  });
}

test("a member who is signed in is not asked to sign in again", async ({ page, server }) => {
  await signIn(page);
  await page.goto("/sign-in?next=%2Finventory");
  await expect(page).toHaveURL(`${server.url}/inventory`);
  await page.goto("/sign-in");
  await expect(page).toHaveURL(`${server.url}/`);
});

test("an action after the session has ended leads to the sign-in page and back", async ({ page, context, server }) => {
  const { unused } = await seedKeys(server);
  await signIn(page);
  await hydrated(page);
  const elsewhere = await context.newPage();
  await elsewhere.goto("/keys");
  await elsewhere.getByRole("button", { name: "Sign out" }).click();
  await expect(elsewhere.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await elsewhere.close();

  const keys = new Keys(page);
  await keys.openRevoke(unused.name);
  await keys.revokeDialog(unused.name).getByLabel("Reason").selectOption("Unused");
  await keys.revokeDialog(unused.name).getByRole("button", { name: "Revoke key" }).click();
  await expect(page).toHaveURL(`${server.url}/sign-in?next=%2Fkeys`);
  await expect(page.getByText("Your session has ended, so nothing was saved.")).toBeVisible();
  await page.getByLabel("Email").fill(owner.email);
  await page.getByLabel("Password").fill(owner.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(`${server.url}/keys`);
  await expect(keys.row(unused.name), "nothing was revoked").toContainText("Active");
});

test("a menu link after the session has ended leads to the sign-in page", async ({ page, context, server }) => {
  await signIn(page);
  await hydrated(page);
  await context.clearCookies();
  await page.getByRole("link", { name: "Inventory", exact: true }).click();
  await expect(page).toHaveURL(`${server.url}/sign-in?next=%2Finventory`);
});

test("an ended session is reported, and signing in leads back to the page", async ({ page, context, server }) => {
  await signIn(page);
  await hydrated(page);
  await endSession(context);
  await page.getByRole("link", { name: "Leads", exact: true }).click();
  await expect(page).toHaveURL(`${server.url}/sign-in?next=%2Fleads`);
  await expect(page.getByText("Your session has ended. Sign in to continue.")).toBeVisible();
  await page.getByLabel("Email").fill(owner.email);
  await page.getByLabel("Password").fill(owner.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(`${server.url}/leads`);
});

test("a form sent after the session has ended is filled in again after signing in", async ({ page, browser, server }) => {
  await signIn(page, "/keys/new");
  await page.getByLabel("Name").fill("Night Import");
  await page.getByLabel("inventory:read").check();
  const elsewhere = await browser.newPage({ baseURL: server.url });
  await signInByForm(elsewhere, "/account");
  await elsewhere.getByRole("button", { name: "End all other sessions" }).click();
  await expect(elsewhere.getByText("All other sessions ended.")).toBeVisible();
  await elsewhere.close();
  await page.getByRole("button", { name: "Create API Key" }).click();
  await expect(page).toHaveURL(`${server.url}/sign-in?next=%2Fkeys%2Fnew`);
  await expect(page.getByText("Sign in to go back to the form, check your entries and send it again.")).toBeVisible();
  await page.getByLabel("Email").fill(owner.email);
  await page.getByLabel("Password").fill(owner.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(`${server.url}/keys/new`);
  await expect(page.getByText("Your session ended before this form was saved.")).toBeVisible();
  await expect(page.getByLabel("Name")).toHaveValue("Night Import");
  await expect(page.getByLabel("inventory:read")).toBeChecked();
  await page.goto("/keys");
  await expect(page.getByText("Night Import"), "nothing was created").toHaveCount(0);
});

test("a dialog sent after the session has ended is filled in again on its page", async ({ page, browser, server }) => {
  await signIn(page);
  await hydrated(page);
  const dialog = await new Keys(page).openCreate();
  await dialog.getByLabel("Name").fill("Night Import");
  await dialog.getByLabel("inventory:read").check();
  const elsewhere = await browser.newPage({ baseURL: server.url });
  await signInByForm(elsewhere, "/account");
  await elsewhere.getByRole("button", { name: "End all other sessions" }).click();
  await expect(elsewhere.getByText("All other sessions ended.")).toBeVisible();
  await elsewhere.close();
  await dialog.getByRole("button", { name: "Create API Key" }).click();
  await expect(page).toHaveURL(`${server.url}/sign-in?next=%2Fkeys%2Fnew`);
  await expect(page.getByText("Sign in to go back to the form, check your entries and send it again.")).toBeVisible();
  await page.getByLabel("Email").fill(owner.email);
  await page.getByLabel("Password").fill(owner.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(`${server.url}/keys/new`);
  await expect(page.getByText("Your session ended before this form was saved.")).toBeVisible();
  await expect(page.getByLabel("Name")).toHaveValue("Night Import");
  await expect(page.getByLabel("inventory:read")).toBeChecked();
});

test("Back restores what was typed into the form of a new key", async ({ page }) => {
  await signIn(page, "/keys/new");
  await page.getByLabel("Name").fill("Night Import");
  await page.getByText("More options").click();
  await page.getByLabel("Note").fill("Ask Grace.");
  await page.getByLabel("Requests per second").fill("3");
  await page.goto("/inventory");
  await page.goBack();
  await expect(page.getByLabel("Note")).toHaveValue("Ask Grace.");
  await expect(page.getByLabel("Name")).toHaveValue("Night Import");
  await expect(page.getByLabel("Requests per second")).toHaveValue("3");
});

test("a mistaken address leads back to the list that it begins like", async ({ page, server, guard }) => {
  guard.expectStatus(404);
  await signIn(page);
  await page.goto("/inventory/vehicles/17");
  await expect(page.getByRole("heading", { level: 1, name: "Page not found" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Go to the Dashboard" })).toBeVisible();
  await page.getByRole("link", { name: "Back to Inventory" }).click();
  await expect(page).toHaveURL(`${server.url}/inventory`);
});

test("an unknown address shows the page-not-found message", async ({ page, guard }) => {
  guard.expectStatus(404);
  await signIn(page);
  const answer = await page.goto("/nowhere");
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1, name: "Page not found" })).toBeVisible();
});

test("the dialog shows an error and keeps its values if the server's response is unreadable", async ({ page, context }) => {
  await signIn(page);
  await hydrated(page);
  const keys = new Keys(page);
  const dialog = await keys.openCreate();
  await dialog.getByLabel("Name").fill("CRM Sync");
  await dialog.getByLabel("leads:read").check();
  await context.route("**/call/keys/create", (route) => route.fulfill({ status: 200, body: "nonsense" }));
  await dialog.getByRole("button", { name: "Create API Key" }).click();
  await expect(dialog.getByRole("alert")).toBeVisible();
  await expect(dialog.getByLabel("Name")).toHaveValue("CRM Sync");
  await context.unroute("**/call/keys/create");
  await dialog.getByRole("button", { name: "Create API Key" }).click();
  await expect(keys.saveDialog.getByLabel("API key")).toHaveValue(/^vx_/);
  await keys.done();
  await expect(page.getByRole("rowheader")).toHaveCount(1);
});

test("relative times keep updating", async ({ page, server }) => {
  await seedKeys(server);
  await signIn(page);
  await hydrated(page);
  const created = new Keys(page).row("CRM Sync").locator("time").first();
  const first = await created.innerText();
  await expect(created).not.toHaveText(first, { timeout: 4_000 });
  await expect(created).toHaveText(/\d+ s ago/);
});
