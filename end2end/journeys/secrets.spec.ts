import { readFileSync } from "node:fs";
import { call } from "../support/api.ts";
import { Keys } from "../support/keys.ts";
import { Seeder } from "../support/seed.ts";
import { expect, gotoHydrated, hydrated, owner, signIn, signInByForm, test, type Page } from "../support/test.ts";

/** Returns all text that the page holds: markup, field values, storage, and its address. */
async function everythingIn(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const fields = [...document.querySelectorAll<HTMLInputElement>("input, textarea, select")].map((field) => field.value);
    const databases = await indexedDB.databases();
    const caches = await globalThis.caches.keys();
    return [
      document.documentElement.outerHTML,
      ...fields,
      JSON.stringify({ ...localStorage }),
      JSON.stringify({ ...sessionStorage }),
      JSON.stringify(history.state),
      JSON.stringify([databases, caches]),
      document.cookie,
      document.title,
      location.href,
      ...performance.getEntries().map((entry) => entry.name),
      (window.getSelection() ?? "").toString(),
    ].join("\n");
  });
}

/** Returns the parts of a secret that must not appear: the whole key, and long parts of it. */
function traces(secret: string): string[] {
  return [secret, secret.slice(9, 29), secret.slice(-20)];
}

test("the secret of a key is stored nowhere after Done", async ({ page, server }) => {
  const requested: string[] = [];
  page.on("request", (request) => requested.push(request.url()));
  await signInByForm(page);
  await hydrated(page);
  const keys = new Keys(page);
  const secret = await keys.create("Inventory Integration");
  expect(await everythingIn(page), "the search below finds a secret that is there").toContain(secret);
  await keys.done();

  const places: Record<string, string> = { "the page": await everythingIn(page) };
  await keys.openCreate();
  places["the dialog opened again"] = await everythingIn(page);
  expect((await call(server, secret, "/api/key")).status).toBe(200);
  expect((await call(server, `${secret.slice(0, -1)}!`, "/api/key")).status).toBe(401);
  const answer = await page.reload();
  places["the HTML of a reload"] = (await answer?.text()) ?? "";
  await hydrated(page);
  places["the page after a reload"] = await everythingIn(page);
  await page.goto("/inventory");
  await page.goBack();
  await hydrated(page);
  places["the page gone back to"] = await everythingIn(page);
  places["the addresses asked for"] = requested.join("\n");
  const session = (await page.context().cookies()).find((cookie) => cookie.httpOnly);
  places["the cookies"] = JSON.stringify(await page.context().cookies());
  // Pending batches have been written by now.
  expect(await server.stop()).toBe(0);
  places["the log"] = server.log();
  for (const { name, bytes } of server.files()) places[`the file ${name}`] = bytes.toString("latin1");
  expect(Object.keys(places)).toContain("the file voxum.db");
  expect(places["the log"], "the log is at its most verbose").toContain("TRACE");

  for (const [place, text] of Object.entries(places)) {
    for (const trace of traces(secret)) expect(text.includes(trace), `the secret is in ${place}`).toBe(false);
    if (place === "the cookies") continue;
    expect(text.includes(session!.value), `the session is in ${place}`).toBe(false);
    expect(text.includes(owner.password), `the password is in ${place}`).toBe(false);
  }
});

test("the secret of a key is kept nowhere after the admin leaves without it", async ({ page }) => {
  await signIn(page);
  await hydrated(page);
  const keys = new Keys(page);
  const secret = await keys.create("Inventory Integration");
  await page.keyboard.press("Escape");
  await keys.saveDialog.getByRole("button", { name: "Leave anyway" }).click();
  await expect(keys.saveDialog).toBeHidden();
  await expect(keys.row("Inventory Integration")).toContainText("Active");
  const text = await everythingIn(page);
  for (const trace of traces(secret)) expect(text).not.toContain(trace);
});

test("the browser asks before it closes a tab that shows a key", async ({ page }) => {
  await signIn(page);
  await hydrated(page);
  const keys = new Keys(page);
  await keys.create("Inventory Integration");
  const asked = page.waitForEvent("dialog");
  await page.close({ runBeforeUnload: true });
  const dialog = await asked;
  expect(dialog.type()).toBe("beforeunload");
  await dialog.dismiss();
  await keys.done();
  await page.reload();
  await expect(keys.row("Inventory Integration")).toBeVisible();
});

test("the page asks before going back loses a key", async ({ page, server }) => {
  await signIn(page);
  await hydrated(page);
  await page.getByRole("link", { name: "Inventory", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Inventory" })).toBeVisible();
  await page.getByRole("link", { name: "API Keys", exact: true }).click();
  await hydrated(page);
  const keys = new Keys(page);
  const secret = await keys.create("Inventory Integration");
  await page.evaluate(() => history.back());
  await expect(keys.saveDialog.getByText("Leave without saving the key?")).toBeVisible();
  await expect(page).toHaveURL(`${server.url}/keys`);
  await keys.saveDialog.getByRole("button", { name: "Go back" }).click();
  await expect(keys.saveDialog.getByLabel("API key")).toHaveValue(secret);
  await keys.done();
  await page.evaluate(() => history.back());
  await expect(page.getByRole("heading", { level: 1, name: "Inventory" })).toBeVisible();
  for (const trace of traces(secret)) expect(await everythingIn(page)).not.toContain(trace);
});

test("the browser asks before going back to another document loses a key", async ({ page }) => {
  await signIn(page, "/inventory");
  await gotoHydrated(page, "/keys");
  const keys = new Keys(page);
  const secret = await keys.create("Inventory Integration");
  const asked = page.waitForEvent("dialog");
  await page.evaluate(() => history.back());
  const dialog = await asked;
  expect(dialog.type()).toBe("beforeunload");
  await dialog.dismiss();
  await expect(keys.saveDialog.getByLabel("API key")).toHaveValue(secret);
  await keys.done();
});

test("a page in the back/forward cache contains no key and is reloaded when it is shown again", async ({ page }) => {
  await signIn(page);
  await hydrated(page);
  const keys = new Keys(page);
  const secret = await keys.create("Inventory Integration");
  // Chromium does not use its back/forward cache while it is automated, so the two events simulate
  // it.
  await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  await expect.poll(() => everythingIn(page)).not.toContain(secret);
  await page.evaluate(() => Object.assign(window, { asItWasLeft: true }));
  await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  await expect.poll(() => page.evaluate(() => "asItWasLeft" in window).catch(() => true)).toBe(false);
  await hydrated(page);
  await expect(keys.row("Inventory Integration")).toBeVisible();
});

test("a key that is shown without script is in no log and no file", async ({ server }) => {
  const seeder = await Seeder.signIn(server);
  const { secret } = await seeder.createKey("CRM Sync");
  expect(await server.stop()).toBe(0);
  const texts = [server.log(), ...server.files().map(({ bytes }) => bytes.toString("latin1"))];
  for (const text of texts) for (const trace of traces(secret)) expect(text.includes(trace)).toBe(false);
});

test.describe("on an installation without an owner", () => {
  test.use({ firstOwner: "is made by link" });

  test("the setup link is in no log and no file", async ({ page, server }) => {
    const token = server.setupLink.split("/").pop()!;
    expect(token.length).toBeGreaterThan(40);
    await page.goto(server.setupLink);
    await page.getByLabel("Account name").fill(owner.account);
    await page.getByLabel("Email").fill(owner.email);
    await page.getByLabel("Password").fill(owner.password);
    await page.getByLabel("Default currency").selectOption("USD");
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Dashboard" })).toBeVisible();
    expect(await server.stop()).toBe(0);
    expect(readFileSync(server.logFile, "utf8").includes(token), "the token is in the log").toBe(false);
    for (const { name, bytes } of server.files()) {
      expect(bytes.includes(token), `the token is in ${name}`).toBe(false);
      expect(bytes.includes(owner.password), `the password is in ${name}`).toBe(false);
    }
  });
});
