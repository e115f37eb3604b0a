// Rejected requests: the list, its filters, the reason for one, and those that come while it is open.

import type { Locator } from "@playwright/test";
import { NARROW } from "../support/layout.ts";
import { filterAndFix, lookUp, openList, refusedCall } from "../support/requests.ts";
import { Seeder } from "../support/seed.ts";
import { expect, hydrated, signIn, test, type Page } from "../support/test.ts";

/** A request that arrives is written within two seconds, and the list asks every five. */
const LIVE = { timeout: 12_000 };

const rows = (page: Page) => page.getByRole("rowheader");
const news = (page: Page) => page.locator("main").getByRole("status");

/** Simulates that the page is hidden, or seen again. */
function setHidden(page: Page, hidden: boolean): Promise<void> {
  return page.evaluate((value) => {
    Object.defineProperty(document, "hidden", { value, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);
}

test("the reason for a refused call is found by its request ID", async ({ page, server }) => {
  await lookUp(page, server);
});

test("refused calls are filtered, explained, and followed by a change of the key", async ({ page, server }) => {
  await filterAndFix(page, server);
});

test("new rejected requests appear in the open list if they match its filters", async ({ page, server }) => {
  // It waits for several of the requests that the list makes every five seconds.
  test.slow();
  const seeder = await Seeder.signIn(server);
  const feed = await seeder.createKey("Feed");
  const sync = await seeder.createKey("CRM Sync", { scopes: ["leads:read"] });
  await signIn(page, `/requests?key=${feed.id}`);
  await expect(page.getByRole("heading", { name: "No matching requests" })).toBeVisible();
  await expect(page.locator("iframe")).toHaveCount(0);
  await page.evaluate(() => document.documentElement.setAttribute("data-marked", ""));

  await expect(page.getByText("0 rejected requests of the last 7 days match these filters.")).toBeVisible();

  await test.step("the first one replaces the empty list", async () => {
    await refusedCall(server, sync.secret, "/api/inventory");
    await refusedCall(server, feed.secret, "/api/leads");
    await expect(rows(page)).toHaveText(["GET /api/leads"], LIVE);
    await expect(news(page)).toHaveText(/^1 new rejected request at \d\d:\d\d:\d\d UTC$/);
    await expect(page.getByText("1 rejected request of the last 7 days matches these filters.")).toBeVisible();
    await page.getByRole("button", { name: "Reason" }).click();
    await expect(page.getByRole("link", { name: "Missing permission (1)" })).toBeVisible();
    await page.keyboard.press("Escape");
  });

  await test.step("the next ones appear above it, and the focus stays", async () => {
    const link = rows(page).getByRole("link", { name: "GET /api/leads", exact: true });
    await link.focus();
    await page.mouse.move(0, 0);
    await refusedCall(server, feed.secret, "/api/leads/0198c2a0-0000-7000-8000-000000000000");
    await refusedCall(server, sync.secret, "/api/inventory");
    await expect(rows(page)).toHaveText(["GET /api/leads/{id}", "GET /api/leads"], LIVE);
    await expect(link).toBeFocused();
    await expect(page.locator("tr.new")).toHaveCount(1);
    await expect(page.locator("tr.new"), "the mark goes away").toHaveCount(0, LIVE);
  });

  await test.step("an act that the pointer is on stays where it is", async () => {
    await page.getByRole("link", { name: "Add permission leads:read to Feed" }).last().hover();
    await refusedCall(server, feed.secret, "/api/leads");
    await page.waitForResponse(async (response) => /data-follow/.test(await response.text()), LIVE);
    await expect(rows(page)).toHaveCount(2);
    await page.mouse.move(0, 0);
    await expect(rows(page)).toHaveCount(3, LIVE);
  });
  expect(await page.evaluate(() => "marked" in document.documentElement.dataset), "the page was never loaded again").toBe(true);
});

test("a full list keeps its length, its place and the address of its next page", async ({ page, server }) => {
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("Feed");
  for (let count = 0; count < 52; count += 1) await refusedCall(server, key.secret, "/api/leads");
  await signIn(page, "/");
  await openList(page, "/requests", 50);
  const seen = rows(page).nth(30);
  const address = (await seen.getByRole("link").getAttribute("href")) ?? "";
  await seen.scrollIntoViewIfNeeded();
  const place = await seen.boundingBox();
  const next = page.getByRole("link", { name: "Next page" });
  const before = await next.getAttribute("href");
  await refusedCall(server, key.secret, "/api/inventory?limit=no");
  await expect(rows(page).first()).toHaveText("GET /api/inventory", LIVE);
  await expect(rows(page)).toHaveCount(50);
  expect(await page.locator(`th:has(a[href="${address}"])`).boundingBox(), "what is read does not move").toEqual(place);
  expect(await next.getAttribute("href")).not.toBe(before);
  await next.click();
  await expect(rows(page)).toHaveCount(3);
  await expect(page.locator("[data-follow]")).toHaveCount(0);
});

test("a hidden list asks for nothing, and leads to the sign-in page once the session has ended", async ({ page, server }) => {
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("Feed");
  await signIn(page, "/requests");
  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/requests/new")) asked.push(request.url());
  });
  await setHidden(page, true);
  await refusedCall(server, key.secret, "/api/leads");
  await page.waitForTimeout(7_000);
  expect(asked).toEqual([]);
  await setHidden(page, false);
  await expect(rows(page)).toHaveText(["GET /api/leads"], { timeout: 1_000 });
  for (let turn = 0; turn < 5; turn += 1) {
    await setHidden(page, true);
    await setHidden(page, false);
  }
  expect(asked.length, "a page that is shown again and again does not ask more often").toBe(1);

  await page.request.post("/sign-out", { headers: { "Sec-Fetch-Site": "same-origin" }, maxRedirects: 0 });
  await page.waitForURL("**/sign-in?next=%2Frequests", LIVE);
});

test("the list has no frame if it replaces another page in the document", async ({ page }) => {
  await signIn(page);
  await hydrated(page);
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  await page.getByRole("link", { name: "Requests" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Requests" })).toBeVisible();
  expect(await page.evaluate(() => "sameDocument" in window), "no page was loaded").toBe(true);
  await expect(page.locator("iframe")).toHaveCount(0);
});

test("times and the request ID are shown in full on a laptop, and each row shows its key on a phone", async ({ page, server }) => {
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("Feed");
  const id = await refusedCall(server, key.secret, "/api/leads");
  await page.setViewportSize({ width: 1280, height: 800 });
  await signIn(page, "/");
  await openList(page, "/requests", 1);
  const time = page.getByRole("cell").first();
  await time.locator(".ago").evaluate((text) => (text.textContent = "59 minutes ago"));
  expect(await time.evaluate((cell) => cell.scrollWidth - cell.clientWidth), "the longest time").toBeLessThanOrEqual(0);
  const field = page.getByLabel("Request ID");
  await field.fill("0123456789abcdef".repeat(2));
  expect(await field.evaluate((input) => input.scrollWidth - input.clientWidth), "the whole ID").toBeLessThanOrEqual(0);

  await page.setViewportSize(NARROW);
  await expect(page.getByRole("link", { name: "Feed: show only this key" })).toBeInViewport();
  const end = async (part: Locator) => {
    const box = await part.boundingBox();
    return Math.round((box?.x ?? 0) + (box?.width ?? 0));
  };
  const add = page.getByRole("link", { name: "Add permission leads:read to Feed" });
  expect(await end(add), "the button ends where the time does").toBe(await end(time.locator("time")));

  await test.step("the ID of an accepted request is explained", async () => {
    const accepted = await fetch(`${server.url}/api/inventory`, { headers: { "X-API-Key": key.secret } });
    await field.fill(accepted.headers.get("x-request-id") ?? "");
    await field.press("Enter");
    await expect(page.getByText("it's counted on the page of its key")).toBeVisible();
    await expect(page.getByRole("rowheader")).toHaveCount(1);
    await page.goto(`/requests?id=${id}`);
    await expect(page.getByText("The key was missing the permission leads:read")).toBeVisible();
  });
});
