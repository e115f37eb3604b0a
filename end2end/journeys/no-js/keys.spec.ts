// The tasks of the API Keys page with JavaScript switched off: plain pages and plain forms.

import { call } from "../../support/api.ts";
import { Keys } from "../../support/keys.ts";
import { Seeder } from "../../support/seed.ts";
import { seedItems, seedKeys } from "../../support/states.ts";
import { expect, owner, signIn, signInByForm, test } from "../../support/test.ts";

test("an owner signs in, creates a key, uses it, revokes it and signs out", async ({ page, server }) => {
  await signInByForm(page);
  const keys = new Keys(page);
  await expect(page.getByText("No API keys yet")).toBeVisible();

  await keys.createButton.click();
  await expect(page, "the button leads to the page").toHaveURL(/\/keys\/new\??$/);
  await page.getByLabel("Name").fill("CRM Sync");
  await page.getByLabel("leads:read").check();
  await page.getByLabel("Expiration", { exact: true }).selectOption("30 days");
  await page.getByRole("button", { name: "Create API Key" }).click();

  await expect(page).toHaveURL(`${server.url}/keys`);
  await expect(page.getByRole("heading", { name: "Save your API key" })).toBeVisible();
  const field = page.getByLabel("API key");
  await expect(field).toHaveValue(/^vx_[0-9A-Za-z]{49}$/);
  const secret = await field.inputValue();
  await expect(page.getByText('curl -H "X-API-Key: $VOXUM_API_KEY"')).toBeVisible();
  await page.getByText("Python", { exact: true }).click();
  await expect(page.getByText("urllib.request.urlopen")).toBeVisible();
  await expect(page.getByText('curl -H "X-API-Key: $VOXUM_API_KEY"')).toBeHidden();
  await expect(page.getByRole("button", { name: "Copy" }), "nothing pretends to copy").toHaveCount(0);

  await page.getByRole("button", { name: "Done" }).click();
  await expect(field, "Done waits for the check box").toBeVisible();
  await page.getByLabel("I've saved this key").check();
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page).toHaveURL(/\/keys$/);
  const row = keys.row("CRM Sync");
  await expect(row).toContainText("leads r");
  await expect(row).toContainText("Never used");
  await expect(row).toContainText("Active");
  expect(await page.content()).not.toContain(secret);

  expect((await call(server, secret, "/api/key")).status).toBe(200);
  await expect(async () => {
    await page.goto("/keys");
    await expect(row).toContainText("127.0.0.1 · feed-robot/1.0", { timeout: 100 });
  }).toPass({ timeout: 7_000, intervals: [200] });

  await keys.revokeButton("CRM Sync").click();
  await expect(page).toHaveURL(/\/keys\/[0-9a-f-]{36}\/revoke\??$/);
  await expect(page.getByRole("heading", { name: "Revoke “CRM Sync”?" })).toBeVisible();
  await page.getByLabel("Reason").selectOption("Leaked");
  const confirm = page.getByLabel(/^Type “.+” to confirm$/);
  await confirm.fill("crm");
  await page.getByRole("button", { name: "Revoke key" }).click();
  await expect(confirm).toHaveAttribute("aria-invalid", "true");
  await expect(confirm).toHaveValue("crm");
  await expect(page.getByLabel("Reason").locator("option:checked")).toHaveText("Leaked");
  expect((await call(server, secret, "/api/key")).status).toBe(200);
  await confirm.fill("CRM Sync");
  await page.getByRole("button", { name: "Revoke key" }).click();
  await expect(page.getByText("Key revoked. Requests with it are rejected.")).toBeVisible();
  await expect(page.getByText(/Rejected on 1 of 1 node after \d+ ms\./)).toBeVisible();
  await page.goto("/keys");
  await expect(row).toContainText("Revoked");
  await expect(row.getByRole("button", { name: /Revoke/ })).toHaveCount(0);
  expect(await call(server, secret, "/api/key")).toMatchObject({ status: 401, body: { code: "revoked_key" } });

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.goto("/keys");
  await expect(page).toHaveURL(`${server.url}/sign-in?next=%2Fkeys`);
});

test("a form submitted twice creates one key and reports that it exists already", async ({ page }) => {
  await signIn(page, "/keys/new");
  await page.getByLabel("Name").fill("CRM Sync");
  await page.getByLabel("leads:read").check();
  await page.getByRole("button", { name: "Create API Key" }).click();
  const field = page.getByLabel("API key");
  await expect(field).toHaveValue(/^vx_/);
  const secret = await field.inputValue();

  // Reloading the response to a form submits the form again.
  await page.reload();
  await expect(page.getByText("has already been created")).toBeVisible();
  await expect(page.getByText("can't be shown again")).toBeVisible();
  expect(await page.content()).not.toContain(secret);
  await page.goto("/keys");
  await expect(new Keys(page).row("CRM Sync")).toHaveCount(1);
});

test("a refused create form keeps what the admin typed", async ({ page }) => {
  await signIn(page, "/keys/new");
  const name = "Feed for the “Nord & Süd” branch <b>";
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Expiration", { exact: true }).selectOption("1 year");
  await page.getByRole("button", { name: "Create API Key" }).click();
  const permissions = page.getByRole("group", { name: "Permissions" });
  await expect(permissions).toHaveAccessibleDescription(/\S/);
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page.getByLabel("Name")).toHaveValue(name);
  await expect(page.getByLabel("Expiration", { exact: true }).locator("option:checked")).toHaveText("1 year");

  await page.getByLabel("inventory:read").check();
  await page.getByLabel("Name").fill("   ");
  await page.getByRole("button", { name: "Create API Key" }).click();
  await expect(page.getByLabel("Name")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("inventory:read")).toBeChecked();
  await expect(page.getByLabel("inventory:write")).not.toBeChecked();

  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Create API Key" }).click();
  await expect(page.getByLabel("API key")).toHaveValue(/^vx_/);
  await page.goto("/keys");
  await expect(new Keys(page).row(name)).toHaveCount(1);
});

test("a preset selects the permissions and keeps what the admin typed", async ({ page, server }) => {
  await signIn(page);
  await new Keys(page).createButton.click();
  await page.getByLabel("Name").fill("Dealer feed");
  await page.getByLabel("Expiration", { exact: true }).selectOption("7 days");
  await page.getByRole("button", { name: "Read only" }).click();
  expect(new URL(page.url()).pathname).toBe("/keys/new");
  await expect(page.getByLabel("Name")).toHaveValue("Dealer feed");
  await expect(page.getByLabel("Expiration", { exact: true }).locator("option:checked")).toHaveText("7 days");
  await expect(page.getByLabel("inventory:read")).toBeChecked();
  await expect(page.getByLabel("leads:read")).toBeChecked();
  await expect(page.getByLabel("leads:write")).not.toBeChecked();
  await page.getByRole("button", { name: "Create API Key" }).click();
  await expect(page.getByLabel("API key")).toHaveValue(/^vx_/);
  expect(page.url()).toBe(`${server.url}/keys`);
});

test("the date next to the expiry follows the choice", async ({ page }) => {
  await signIn(page, "/keys/new");
  const day = (days: number) =>
    new Date(Date.now() + days * 86_400_000).toLocaleDateString("en-GB", {
      day: "numeric",
      month: "short",
      year: "numeric",
      timeZone: "UTC",
    });
  await expect(page.getByText(day(90))).toBeVisible();
  await page.getByLabel("Expiration", { exact: true }).selectOption("7 days");
  await expect(page.getByText(day(7))).toBeVisible();
  await expect(page.getByText(day(90))).toBeHidden();
  await page.getByLabel("Expiration", { exact: true }).selectOption("No expiration");
  await expect(page.getByText("stay valid until revoked")).toBeVisible();
});

test("a key that was not used recently is revoked without typing its name", async ({ page, server }) => {
  const { unused } = await seedKeys(server);
  await signIn(page);
  const keys = new Keys(page);
  await keys.revokeButton(unused.name).click();
  await expect(page.getByLabel(/^Type “.+” to confirm$/)).toHaveCount(0);
  await page.getByLabel("Reason").selectOption("Unused");
  await page.getByRole("button", { name: "Revoke key" }).click();
  await expect(page).toHaveURL(`${server.url}/keys/${unused.id}`);
  await page.goto("/keys");
  await expect(keys.row(unused.name)).toContainText("Revoked");
  expect(await call(server, unused.secret, "/api/key")).toMatchObject({ status: 401, body: { code: "revoked_key" } });
});

test("a key that is already revoked cannot be revoked again", async ({ page, server }) => {
  const { revoked } = await seedKeys(server);
  await signIn(page, `/keys/${revoked.id}/revoke`);
  await expect(page.getByText("is already revoked or expired")).toBeVisible();
  await expect(page.getByRole("button", { name: "Revoke key" })).toHaveCount(0);
});

test("the list shows active keys first, followed by revoked and expired ones", async ({ page, server }) => {
  await seedKeys(server);
  await signIn(page);
  const names = await page.getByRole("rowheader").allInnerTexts();
  expect(names.map((text) => text.split("\n")[0]?.trim())).toEqual([
    "CRM Sync",
    "Inventory Integration",
    "Old website feed",
    "Trade fair demo",
  ]);
  const keys = new Keys(page);
  await expect(keys.row("Trade fair demo")).toContainText("Expired");
  await expect(keys.row("Old website feed")).toContainText("Revoked");
});

test("the inventory is paged by links", async ({ page, server }) => {
  await seedItems(server, 60);
  await signIn(page, "/inventory");
  await expect(page.getByText("SKU001", { exact: true })).toBeVisible();
  await page.getByRole("link", { name: "Next page" }).click();
  await expect(page.getByText("SKU060", { exact: true })).toBeVisible();
  await page.getByRole("link", { name: "First page" }).click();
  await expect(page.getByText("SKU001", { exact: true })).toBeVisible();
});

test("the theme is chosen with a form and persists", async ({ page, server }) => {
  await signIn(page, "/inventory");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "system");
  await page.getByLabel("Theme").selectOption("Dark");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(`${server.url}/inventory`);
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect(page.getByLabel("Theme").locator("option:checked")).toHaveText("Dark");
  await page.goto("/keys");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});

test("a wrong password is refused, and the email address and the requested page are kept", async ({ page, server }) => {
  await page.goto("/inventory");
  await expect(page).toHaveURL(`${server.url}/sign-in?next=%2Finventory`);
  await page.getByLabel("Email").fill(owner.email);
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("Incorrect email or password");
  await expect(page.getByLabel("Email")).toHaveValue(owner.email);
  await expect(page.getByLabel("Password")).toHaveValue("");
  // The first failure delays the next attempt by a second.
  await page.waitForTimeout(1_100);
  await page.getByLabel("Password").fill(owner.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(`${server.url}/inventory`);
});

test("an immediate retry after a wrong password is delayed", async ({ page, guard }) => {
  guard.expectStatus(429);
  await page.goto("/sign-in");
  const tooSoon = page.getByText("That was too soon, so it wasn't checked.");
  // The delays start at one second and grow, so that even a slow machine encounters one of them.
  for (let attempt = 0; attempt < 6 && !(await tooSoon.isVisible()); attempt += 1) {
    await page.getByLabel("Email").fill(owner.email);
    await page.getByLabel("Password").fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toBeVisible();
  }
  await expect(tooSoon).toContainText(/Wait \d+ seconds?, then try again/);
});

test("the response that shows a key is not cached", async ({ page, server }) => {
  await signIn(page, "/keys/new");
  await page.getByLabel("Name").fill("CRM Sync");
  await page.getByLabel("leads:read").check();
  const answer = page.waitForResponse((response) => response.request().method() === "POST");
  await page.getByRole("button", { name: "Create API Key" }).click();
  const response = await answer;
  expect(response.url()).toBe(`${server.url}/keys`);
  expect(response.status()).toBe(200);
  expect(response.headers()["cache-control"]).toContain("no-store");
  const html = await response.text();
  const withoutExamples = html.replace(/<pre[\s\S]*?<\/pre>/g, "");
  expect(withoutExamples, "no script takes the page over").not.toMatch(/type="module"|import[ (]|hydrate/);
  expect(html.match(/vx_[0-9A-Za-z]{49}/g), "in the field alone").toHaveLength(1);
});

test("a form from another site changes nothing", async ({ server }) => {
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("CRM Sync");
  for (const headers of [{ Origin: "https://evil.example" }, { "Sec-Fetch-Site": "cross-site" }]) {
    const answer = await fetch(`${server.url}/keys/${key.id}/revoke`, {
      method: "POST",
      headers: { ...headers, Cookie: seeder.cookie },
      body: new URLSearchParams({ reason: "other" }),
    });
    expect(answer.status).toBe(403);
  }
  expect((await call(server, key.secret, "/api/key")).status).toBe(200);
});
