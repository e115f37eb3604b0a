// The search dialog and the keyboard shortcuts.

import { expectAccessible } from "../support/axe.ts";
import { Keys } from "../support/keys.ts";
import { Seeder, demoteOwner } from "../support/seed.ts";
import { seedKeys } from "../support/states.ts";
import { expect, gotoHydrated, hydrated, signIn, test } from "../support/test.ts";

test("a key is found by its name, and Enter opens its page", async ({ page, server }) => {
  const { used } = await seedKeys(server);
  const scripts: string[] = [];
  page.on("request", (request) => scripts.push(request.url()));
  await signIn(page);
  await hydrated(page);
  const loaded = scripts.filter((url) => url.endsWith(".js")).length;
  await page.keyboard.press("Control+k");
  const dialog = page.getByRole("dialog", { name: "Search" });
  const field = dialog.getByRole("combobox", { name: "Search keys, pages and actions" });
  await expect(field).toBeFocused();
  expect(scripts.filter((url) => url.endsWith(".js")).length, "one script, on first use").toBe(loaded + 1);
  await page.keyboard.type(used.name);
  const option = dialog.getByRole("option", { name: new RegExp(`^${used.name}`) });
  await expect(option).toHaveAttribute("aria-selected", "true");
  await expect(field).toHaveAttribute("aria-activedescendant", (await option.getAttribute("id")) ?? "");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/keys/${used.id}$`));
  await expect(dialog).toBeHidden();
});

test("text typed while the search loads is searched for", async ({ page }) => {
  await signIn(page, "/team");
  const script = await page.locator("[data-palette]").getAttribute("data-palette");
  let load = () => {};
  const isAllowed = new Promise<void>((resolve) => (load = resolve));
  await page.route(`**${script}`, async (route) => {
    await isAllowed;
    await route.continue();
  });
  await page.keyboard.press("Control+k");
  await page.keyboard.type("cx?");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  load();
  const dialog = page.getByRole("dialog", { name: "Search" });
  await expect(dialog.getByRole("combobox")).toHaveValue("cx?");
  await page.keyboard.type("!");
  await expect(dialog.getByRole("combobox")).toHaveValue("cx?!");
  await expect(page).toHaveURL(/\/team$/);
});

test("text that is typed into a field while the search loads stays in the field", async ({ page }) => {
  await signIn(page, "/account");
  const script = await page.locator("[data-palette]").getAttribute("data-palette");
  await page.route(`**${script}`, () => new Promise(() => {}));
  await page.keyboard.press("Control+k");
  const password = page.getByLabel("Current password");
  await password.click();
  await page.keyboard.type("not for an address");
  await expect(password).toHaveValue("not for an address");
});

test("arrow keys select a result, Escape closes, and the menu opens the search", async ({ page }) => {
  await signIn(page, "/team");
  await page.getByRole("link", { name: "Search", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Search" });
  const chosen = dialog.getByRole("option", { selected: true });
  await expect(chosen).toHaveText(/Create API Key/);
  await page.keyboard.press("ArrowUp");
  await expect(chosen, "the last one").toHaveText(/Your account/);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect(chosen).toHaveText(/Identify a key/);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(page).toHaveURL(/\/team$/);
  await page.keyboard.press("Meta+k");
  await expect(dialog).toBeVisible();
});

test("an action is found by the name of its key, and Enter opens its page", async ({ page, server }) => {
  const { used } = await seedKeys(server);
  await signIn(page, "/team");
  await page.keyboard.press("Control+k");
  const dialog = page.getByRole("dialog", { name: "Search" });
  const chosen = dialog.getByRole("option", { selected: true });
  await expect(dialog.getByRole("combobox")).toBeFocused();
  await page.keyboard.type("revoke");
  await expect(chosen).toHaveText(/Revoke an API key/);
  await expect(dialog.getByRole("option").filter({ hasText: "Revoke all API keys" })).toBeVisible();
  await page.keyboard.type(` ${used.name}`);
  await expect(chosen).toContainText(`Revoke “${used.name}”`);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/keys/${used.id}/revoke$`));
});

test("controls of the menu are used from the search", async ({ page }) => {
  await signIn(page, "/team");
  await page.keyboard.press("Control+k");
  const dialog = page.getByRole("dialog", { name: "Search" });
  await expect(dialog.getByRole("combobox")).toBeFocused();
  await page.keyboard.type("dark mode");
  await expect(dialog.getByRole("option", { selected: true })).toHaveText(/Dark theme/);
  await page.keyboard.press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect(page.getByLabel("Theme").locator("option:checked")).toHaveText("Dark");
  await expect(dialog).toBeHidden();
  await expect(page).toHaveURL(/\/team$/);
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.keyboard.press("Control+k");
  await expect(dialog.getByRole("combobox")).toBeFocused();
  await page.keyboard.type("log out");
  await dialog.getByRole("option", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(page.getByText("Your session has ended")).toHaveCount(0);
});

test("the search sends no full key", async ({ page, server }) => {
  const { used } = await seedKeys(server);
  const sent: string[] = [];
  page.on("request", (request) => sent.push(request.url()));
  await signIn(page, "/team");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search keys" }).fill(used.secret);
  await expect(page.getByText("This looks like a full key, so it wasn't sent.")).toBeVisible();
  await expect(page.getByRole("option", { name: "Identify a key" })).toHaveAttribute("href", "/keys/found");
  expect(sent.filter((url) => url.includes(used.secret.slice(3)))).toEqual([]);
});

test("a full key in the search is identified by its digest, and is in no address", async ({ page, server }) => {
  const { used } = await seedKeys(server);
  const sent: string[] = [];
  page.on("request", (request) => sent.push(`${request.url()} ${request.postData() ?? ""}`));
  await signIn(page, "/team");
  await page.keyboard.press("Control+k");
  const field = page.getByRole("combobox", { name: "Search keys" });
  await field.fill(` ${used.secret} `);
  await expect(page.getByText("“Identify a key” sends only its SHA-256.")).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: `This is “${used.name}”` })).toBeVisible();
  await expect(page).toHaveURL(`${server.url}/keys/found`);
  expect(sent.filter((request) => request.startsWith(`${server.url}/keys/found `))).toEqual([
    expect.stringMatching(/ digest=[0-9a-f]{64}$/),
  ]);
  expect(sent.filter((request) => request.includes(used.secret.slice(3)))).toEqual([]);
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state]));
  expect(kept).not.toContain(used.secret.slice(3));
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1, name: "Team" })).toBeVisible();
  expect(await page.content()).not.toContain(used.secret.slice(3));
});

test("a part of a key in the search leads to the page that identifies keys", async ({ page, server }) => {
  const { used } = await seedKeys(server);
  await signIn(page, "/team");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search keys" }).fill(used.secret.slice(0, 40));
  await expect(page.getByText("This looks like a full key")).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Identify a key" })).toBeVisible();
});

test("shortcuts move in the list of keys, select, search and create", async ({ page, server }) => {
  await seedKeys(server);
  await signIn(page);
  await hydrated(page);
  const rows = page.getByRole("row").filter({ has: page.getByRole("rowheader") });
  await page.keyboard.press("j");
  await expect(rows.nth(0).locator("a.name")).toBeFocused();
  await page.keyboard.press("j");
  await expect(rows.nth(1).locator("a.name")).toBeFocused();
  await page.keyboard.press("k");
  await expect(rows.nth(0).locator("a.name")).toBeFocused();
  await page.keyboard.press("x");
  await expect(rows.nth(0).getByRole("checkbox")).toBeChecked();
  await page.keyboard.press("x");
  await expect(rows.nth(0).getByRole("checkbox")).not.toBeChecked();
  await page.keyboard.press("/");
  const search = page.getByRole("searchbox");
  await expect(search).toBeFocused();
  await page.keyboard.type("cjkx?/");
  await expect(search, "shortcuts are off while typing").toHaveValue("cjkx?/");
  await search.blur();
  await page.keyboard.press("c");
  const dialog = new Keys(page).createDialog;
  await expect(dialog).toBeVisible();
  await dialog.getByLabel("leads:read").focus();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog"), "shortcuts are off in a dialog").toHaveCount(1);
});

test("the slash opens the search dialog while a list has no field of its own", async ({ page }) => {
  await signIn(page);
  await hydrated(page);
  await expect(page.getByRole("heading", { name: "No API keys yet" })).toBeVisible();
  await page.keyboard.press("/");
  await expect(page.getByRole("dialog", { name: "Search" })).toBeVisible();
});

test("shortcuts move in lists whose rows have no links", async ({ page, server }) => {
  // The list of sessions.
  await Seeder.signIn(server);
  await signIn(page, "/account");
  const rows = page.getByRole("row").filter({ has: page.getByRole("rowheader") });
  await expect(rows).toHaveCount(2);
  await page.keyboard.press("j");
  await expect(rows.nth(0)).toBeFocused();
  await expect(rows.nth(0), "the focus is visible").toHaveCSS("outline-style", "solid");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await expect(rows.nth(1), "the last one").toBeFocused();
  await page.keyboard.press("k");
  await expect(rows.nth(0)).toBeFocused();
});

test("the list of shortcuts opens by ?, and turns off those of a single key", async ({ page }) => {
  await signIn(page, "/team");
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(dialog.getByText("Create an API key")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Close" }), "Space changes no setting").toBeFocused();
  await dialog.getByRole("switch", { name: "Single-key shortcuts" }).uncheck();
  await dialog.getByRole("button", { name: "Close" }).click();
  await page.reload();
  await page.keyboard.press("?");
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog", { name: "Search" })).toBeVisible();
  await expect(dialog).toHaveCount(0);
});

test("a search field shows its shortcut while it is empty and the shortcut is on", async ({ page, server }) => {
  await seedKeys(server);
  await signIn(page);
  await hydrated(page);
  const [search, hint] = [page.getByRole("searchbox"), page.locator(".search kbd")];
  await expect(search).toHaveAttribute("aria-keyshortcuts", "/");
  await expect(hint).toBeVisible();
  await page.keyboard.press("/");
  await expect(search).toBeFocused();
  await expect(hint).toBeHidden();
  await search.fill("feed");
  await search.blur();
  await expect(hint).toBeHidden();
  await search.clear();
  await search.blur();
  await expect(hint).toBeVisible();
  await page.setViewportSize({ width: 360, height: 800 });
  await expect(hint).toBeHidden();
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.keyboard.press("?");
  await page.getByRole("switch", { name: "Single-key shortcuts" }).uncheck();
  await page.getByRole("button", { name: "Close" }).click();
  await expect(hint).toBeHidden();
});

test("a viewer is not offered what only others may do", async ({ page, server }) => {
  await seedKeys(server);
  demoteOwner(server);
  await signIn(page);
  await hydrated(page);
  await page.keyboard.press("c");
  await page.keyboard.press("Control+k");
  const dialog = page.getByRole("dialog", { name: "Search" });
  await expect(dialog.getByRole("option", { name: "Identify a key" })).toBeVisible();
  await expect(dialog.getByRole("option", { name: "Create API Key" })).toHaveCount(0);
  await expect(page).toHaveURL(/\/keys$/);
});

test("the search opens on a page that replaced another one in the document", async ({ page, server }) => {
  await seedKeys(server);
  await gotoHydratedAfterSignIn();
  await page.keyboard.press("Control+k");
  const dialog = page.getByRole("dialog", { name: "Search" });
  await page.keyboard.type("inventory");
  await dialog.getByRole("option", { name: "Inventory", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Inventory" })).toBeVisible();
  await page.keyboard.press("Control+k");
  await expect(dialog.getByRole("combobox")).toHaveValue("");
  await expect(dialog.getByRole("option").first()).toBeVisible();
  await expectAccessible(page, "search dialog");

  async function gotoHydratedAfterSignIn(): Promise<void> {
    await signIn(page);
    await gotoHydrated(page, "/keys");
  }
});
