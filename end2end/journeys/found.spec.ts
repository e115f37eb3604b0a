// A key that was found: looked up by its digest, which the page computes.

import { expectAccessible } from "../support/axe.ts";
import { Seeder } from "../support/seed.ts";
import { seedItems } from "../support/states.ts";
import { expect, gotoHydrated, hydrated, signIn, test } from "../support/test.ts";

test("a found key is hashed in the browser, identified by name and offered for revocation", async ({ page, server }) => {
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("CRM Sync");
  await signIn(page, "/keys");
  await page.getByRole("link", { name: "Identify a key" }).click();
  await gotoHydrated(page, "/keys/found");
  await expect(page.getByRole("complementary", { name: "What happens" })).toContainText("Only the SHA-256 of the key is sent");
  const sent: string[] = [];
  page.on("request", (request) => sent.push(`${request.url()} ${request.postData() ?? ""}`));
  await page.getByLabel("API key", { exact: true }).fill(key.secret.slice(0, 38));
  await page.getByRole("button", { name: "Identify key" }).click();
  await expect(page.getByText("38 of 52 characters")).toBeVisible();
  await page.getByLabel("API key", { exact: true }).fill(` ${key.secret} `);
  await page.getByRole("button", { name: "Identify key" }).click();
  await expect(page.getByRole("heading", { name: "This is “CRM Sync”" })).toBeVisible();
  expect(sent.some((request) => request.includes("digest="))).toBe(true);
  expect(sent.filter((request) => request.includes(key.secret.slice(3)))).toEqual([]);
  expect(await page.content()).not.toContain(key.secret);
  // The response is sent without script, and has no field in which a second key could be submitted
  // unhashed.
  await expect(page.getByRole("textbox")).toHaveCount(0);
  await expect(page.getByRole("link", { name: "Identify another key" })).toHaveAttribute("href", "/keys/found");
  await page.getByRole("link", { name: "Revoke key" }).click();
  await expect(page.getByLabel("Reason")).toHaveValue("leaked");
});

test("the search sends no whole key, which would appear in the URL", async ({ page, server }) => {
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("CRM Sync");
  await signIn(page);
  await hydrated(page);
  const sent: string[] = [];
  page.on("request", (request) => sent.push(request.url()));
  const search = page.getByRole("searchbox", { name: "Search by name or key preview" });
  await search.fill(key.secret);
  await search.press("Enter");
  await expect(search).toBeFocused();
  expect(await search.evaluate((field: HTMLInputElement) => field.validity.patternMismatch)).toBe(true);
  const advice = page.getByRole("alert").filter({ hasText: "Don't enter a full key here." });
  await expect(advice).toBeVisible();
  await expect(search).toHaveAttribute("aria-invalid", "true");
  await expect(search).toHaveAccessibleDescription(/Use “Identify a key”/);
  await expect(advice.getByRole("link", { name: "Identify a key" })).toHaveAttribute("href", "/keys/found");
  await expectAccessible(page, "refused key");
  await search.fill(key.secret.slice(0, 9));
  await expect(advice).toBeHidden();
  await expect(search).not.toHaveAttribute("aria-invalid");
  await search.press("Enter");
  await expect(page.getByText("1 key matches")).toBeVisible();
  expect(sent.filter((url) => url.includes(key.secret.slice(0, 12)))).toEqual([]);
});

for (const [path, list] of [
  ["/keys?q=CRM", ".table-card, .list-count"],
  ["/inventory?q=honda", ".table-card"],
  ["/requests", ".empty"],
  ["/audit", ".table-card"],
  ["/search?q=crm", ".results"],
] as const) {
  test(`a refused key on ${path} hides the earlier result, and the link in the error identifies it`, async ({ page, server }) => {
    await seedItems(server, 1);
    const key = await (await Seeder.signIn(server)).createKey("CRM Sync");
    const sent: string[] = [];
    page.on("request", (request) => sent.push(`${request.url()} ${request.postData() ?? ""}`));
    await signIn(page, path);
    if (path === "/keys?q=CRM") await hydrated(page);
    const result = page.locator("main").locator(list);
    const field = page.locator("main [pattern]");
    await expect(result.first()).toBeVisible();
    await field.fill(key.secret);
    await field.press("Enter");
    const link = page.getByRole("alert").getByRole("link", { name: "Identify a key" });
    await expect(link).toBeVisible();
    for (const part of await result.all()) await expect(part).toBeHidden();
    await field.fill("crm");
    await expect(link).toBeHidden();
    await expect(result.first(), "as it was before").toBeVisible();
    await field.fill(key.secret);
    await field.press("Enter");
    await link.click();
    await expect(page.getByRole("heading", { name: "This is “CRM Sync”" })).toBeVisible();
    await expect(page).toHaveURL(`${server.url}/keys/found`);
    expect(sent.some((request) => request.includes("digest="))).toBe(true);
    expect(sent.filter((request) => request.includes(key.secret.slice(3)))).toEqual([]);
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state]));
    expect(kept).not.toContain(key.secret.slice(3));
  });
}

test("a part of a key that a search refused leads to the page that identifies keys", async ({ page, server }) => {
  const key = await (await Seeder.signIn(server)).createKey("CRM Sync");
  await signIn(page);
  await hydrated(page);
  const field = page.getByRole("searchbox");
  await field.fill(key.secret.slice(0, 40));
  await field.press("Enter");
  await page.getByRole("alert").getByRole("link", { name: "Identify a key" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Identify a key" })).toBeVisible();
  await expect(page.getByLabel("API key", { exact: true })).toHaveValue("");
});
