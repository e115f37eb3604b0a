import { push } from "../support/api.ts";
import { NARROW } from "../support/layout.ts";
import { Seeder } from "../support/seed.ts";
import { expect, signIn, test } from "../support/test.ts";
import { ITEM, seedItem, seedItems } from "../support/states.ts";

test("items are searched, and the URL of a search can be shared", async ({ page, server }) => {
  await seedItems(server, 60);
  await signIn(page, "/inventory");
  await expect(page.getByText("60 items")).toBeVisible();
  await page.getByRole("searchbox").fill("škoda");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page).toHaveURL(/\?q=%C5%A1koda$/);
  await expect(page.getByText("20 of 60 items")).toBeVisible();
  await expect(page.getByRole("searchbox")).toHaveValue("škoda");
  await page.goBack();
  await expect(page.getByText("60 items", { exact: true })).toBeVisible();
  await page.goto("/inventory?q=nothing+like+it");
  await expect(page.getByRole("heading", { name: "No matching items" })).toBeVisible();
  await page.getByRole("link", { name: "Show all items" }).click();
  await expect(page.getByText("60 items", { exact: true })).toBeVisible();
});

test("a search of a large inventory continues after a page without a match", async ({ page, server }) => {
  await seedItems(server, 12_000);
  // The last item in the order of the ids.
  await signIn(page, "/inventory?q=sku9999");
  await expect(page.getByRole("heading", { name: "No matches among the first 10,000 of 12,000 items" })).toBeVisible();
  await page.getByRole("link", { name: "Search further" }).click();
  await expect(page.getByText("1 match among the remaining items")).toBeVisible();
  await expect(page.getByText("SKU9999")).toBeVisible();
});

test("the page shows how a system sends its items, with a command to copy", async ({ page, server }) => {
  await signIn(page, "/inventory");
  await expect(page.getByText(`POST ${server.url}/api/inventory`, { exact: true })).toBeVisible();
  await expect(page.getByText("Account ID")).toBeVisible();
  await expect(page.getByText(/^curl -X POST/)).toBeVisible();
});

test("ten items fit on a laptop, one line each, and an item takes two lines on a phone", async ({ page, server }) => {
  await seedItems(server, 14);
  await page.setViewportSize({ width: 1280, height: 800 });
  await signIn(page, "/inventory");
  const rows = page.getByRole("row").filter({ has: page.getByRole("rowheader") });
  await expect(rows.nth(9)).toBeInViewport({ ratio: 1 });
  await page.setViewportSize(NARROW);
  expect((await rows.first().boundingBox())?.height, "two lines").toBeLessThan(70);
  const height = async (text: string) => (await rows.first().getByText(text).boundingBox())?.y ?? 0;
  expect(Math.abs((await height("Honda Accord 2024")) - (await height("32,500.00"))), "the price is beside the name").toBeLessThan(6);
  await expect(rows.first().getByText("Yes"), "only an item that is not available says so").toBeHidden();
  await expect(rows.nth(5).getByText("No", { exact: true })).toBeVisible();
});

test("a VIN stays on one line of the list", async ({ page, server }) => {
  const key = await (await Seeder.signIn(server)).createKey("Feed");
  const item = { id: "WVWZZZ1KZAW000001", name: "BMW 320d Touring xDrive M Sport Shadow Line Edition", category: "Estate", price: 132_500 };
  expect(await push(server, key.secret, [item])).toMatchObject({ status: 200 });
  await signIn(page, "/inventory");
  const code = page.getByRole("table").getByText(item.id);
  for (const width of [360, 820, 1024, 1280, 1920]) {
    await page.setViewportSize({ width, height: 800 });
    const lines = await code.evaluate((code) => code.getClientRects().length);
    expect(lines, `${width} px`).toBe(1);
  }
});

test("an item opens from the list, whatever characters its id has, and shows its attributes", async ({ page, server }) => {
  await seedItem(server);
  await signIn(page, "/inventory");
  await page.getByRole("link", { name: ITEM.name }).click();
  await expect(page).toHaveURL(`${server.url}/inventory/items/VW%2F17%2050%25`);
  await expect(page.getByRole("heading", { level: 1, name: ITEM.name })).toBeVisible();
  await expect(page.getByText("18,990.50 EUR")).toBeVisible();
  await expect(page.getByRole("row", { name: "Mileage" })).toContainText("42,000 km");
  await page.getByText("Show the description").click();
  await expect(page.getByText("No smoker.")).toBeVisible();
  await page.getByRole("main").getByRole("link", { name: "Inventory", exact: true }).click();
  await expect(page).toHaveURL(/\/inventory$/);
});

test("a full key is not searched for, with or without its prefix, and so never in the address", async ({ page, server }) => {
  const { secret } = await (await Seeder.signIn(server)).createKey("Feed");
  await signIn(page, "/inventory");
  await seedItems(server, 1);
  await page.reload();
  const field = page.getByRole("searchbox");
  for (const text of [secret, secret.slice(3), `Feed: ${secret.slice(3)}`, secret.slice(2), secret.slice(3, 46), `${secret.slice(3)}1`]) {
    await field.fill(text);
    await field.press("Enter");
    expect(await field.evaluate((input: HTMLInputElement) => input.validity.patternMismatch)).toBe(true);
    await expect(page).toHaveURL(/\/inventory$/);
  }
  const digest = "0123456789abcdef".repeat(4);
  await field.fill(digest);
  await field.press("Enter");
  await expect(page, "the id of an item may be a digest").toHaveURL(`${server.url}/inventory?q=${digest}`);
});
