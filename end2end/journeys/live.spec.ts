// An open list of keys follows changes made elsewhere, and the page of a new key reports its first
// call.

import { call } from "../support/api.ts";
import { Keys } from "../support/keys.ts";
import { Seeder } from "../support/seed.ts";
import { expect, gotoHydrated, hydrated, signIn, test, type Page } from "../support/test.ts";

/** Marks the document, so that a reload would be noticed. */
async function mark(page: Page): Promise<void> {
  await page.evaluate(() => document.documentElement.setAttribute("data-marked", ""));
}

async function isMarked(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.hasAttribute("data-marked"));
}

test("another admin's changes appear in an open list, and its selection and dialog are kept", async ({ page, browser, server }) => {
  const seeder = await Seeder.signIn(server);
  const feed = await seeder.createKey("Feed");
  await seeder.createKey("CRM Sync", { scopes: ["leads:read"] });
  await signIn(page);
  await hydrated(page);
  await mark(page);
  const keys = new Keys(page);
  await page.getByRole("checkbox", { name: "Select Feed" }).check();
  await keys.openRevoke("Feed");
  const dialog = keys.revokeDialog("Feed");
  await expect(dialog).toBeVisible();

  await test.step("another admin creates a key and pauses a second one", async () => {
    const other = await browser.newContext({ baseURL: server.url });
    const there = await other.newPage();
    await signIn(there);
    await hydrated(there);
    const theirs = new Keys(there);
    await theirs.create("Partner Export");
    await theirs.done();
    await there.getByRole("link", { name: "CRM Sync" }).click();
    await there.getByRole("button", { name: "Pause" }).click();
    await expect(there.getByText("Paused").first()).toBeVisible();
    await other.close();
    await expect(keys.row("Partner Export")).toContainText("Active");
    await expect(keys.row("CRM Sync")).toContainText("Paused");
    await expect(page.getByText("3 keys, 2 active")).toBeAttached();
    await expect(page.locator(".views")).toContainText(/All 3\s*Active 2/);
  });

  await test.step("the last use is updated in the row and in the dialog", async () => {
    await expect(dialog).toContainText("Never used");
    expect((await call(server, feed.secret, "/api/inventory")).status).toBe(200);
    await expect(dialog).toContainText("127.0.0.1");
    await expect(dialog).toContainText("This key was used in the last 24 hours.");
    await expect(dialog.getByLabel(/^Type “.+” to confirm$/)).toBeVisible();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await expect(keys.row("Feed")).toContainText("feed-robot/1.0");
  });

  await expect(page.getByRole("checkbox", { name: "Select Feed" })).toBeChecked();
  expect(await isMarked(page), "the page was never loaded again").toBe(true);
});

test("the dialog that shows a key waits for its first call and explains a refused one", async ({ page, server }) => {
  await signIn(page);
  await hydrated(page);
  const keys = new Keys(page);
  const secret = await keys.create("Inventory Integration");
  const news = keys.saveDialog.getByRole("status");
  await expect(news).toHaveText("Waiting for your first request…");
  expect((await call(server, secret.slice(0, 38), "/api/inventory")).status).toBe(401);
  await expect(news).toContainText("The key was incomplete: 38 of 52 characters.");
  await expect(news).toContainText("Copy the full key again");
  expect((await call(server, secret, "/api/leads")).status).toBe(403);
  await expect(news).toContainText("The key was missing the permission leads:read");
  expect((await call(server, secret, "/api/inventory")).status).toBe(200);
  await expect(news).toContainText("First request received.");
  await expect(news).toContainText("From 127.0.0.1 (feed-robot/1.0)");
  await expect(keys.saveDialog.getByLabel("API key"), "the key stays").toHaveValue(secret);
  // The system has the key, so the member need not confirm that it is saved.
  await keys.saveDialog.getByRole("button", { name: "Done" }).click();
  await expect(keys.saveDialog).toBeHidden();

  await test.step("the next key waits for its own first call", async () => {
    await keys.create("CRM Sync", "CRM sync");
    await expect(news).toHaveText("Waiting for your first request…");
  });
});

test("a hidden page receives no events and catches up when it becomes visible", async ({ page, server }) => {
  const seeder = await Seeder.signIn(server);
  await seeder.createKey("Feed");
  const open: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/keys/events")) open.push(request.url());
  });
  await signIn(page, "/account");
  await gotoHydrated(page, "/keys");
  await expect.poll(() => open.length).toBe(1);
  const look = (hidden: boolean): Promise<void> =>
    page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  const closed = page.waitForEvent("requestfailed", (request) => request.url().includes("/keys/events"));
  await look(true);
  await closed;
  await seeder.createKey("CRM Sync");
  await expect(new Keys(page).row("CRM Sync")).toHaveCount(0);
  await look(false);
  await expect(new Keys(page).row("CRM Sync")).toBeVisible();
  expect(open.length).toBe(2);
});

test("without an event stream, the page works as usual and does not claim to wait for a call", async ({ page, guard }) => {
  guard.expectStatus(503);
  await page.route("**/keys/events**", (route) => route.fulfill({ status: 503, body: "Too many" }));
  await signIn(page);
  await hydrated(page);
  const keys = new Keys(page);
  await keys.create("Inventory Integration");
  await expect(keys.saveDialog.getByText("Waiting for your first request…")).toHaveCount(0);
  await keys.done();
  await expect(keys.row("Inventory Integration")).toBeVisible();
});
