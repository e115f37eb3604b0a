import { expect, gotoHydrated, hydrated, signIn, test, type Page } from "../support/test.ts";
import { csv, seedItems } from "../support/states.ts";

const send = (page: Page) => page.getByRole("button", { name: "Send file" });

async function choose(page: Page, name: string, text: string): Promise<void> {
  await page.getByLabel("File", { exact: true }).setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
}

test("a file is sent with its progress, reported item by item, mended and sent again", async ({ page, guard }) => {
  guard.expectStatus(422);
  await signIn(page, "/inventory");
  await hydrated(page);
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  await expect(page.getByRole("heading", { name: "No items yet" })).toBeVisible();
  // Held back, so that its progress can be seen.
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  await page.route("**/inventory", async (route) => {
    if (route.request().method() === "POST") await held;
    await route.continue();
  });
  await choose(page, "cars.csv", csv.wrong);
  await send(page).click();
  await expect(page.getByRole("progressbar")).toBeVisible();
  await expect(send(page)).toHaveAttribute("aria-disabled", "true");
  release();
  const report = page.getByRole("region", { name: "What came of the file" });
  await expect(report).toContainText("Nothing was stored");
  await expect(report, "what is new is what is read").toBeFocused();
  await expect(report.getByRole("row", { name: "Row 3" })).toContainText("price");
  await hydrated(page);

  await choose(page, "cars.csv", csv.wrong);
  await page.getByLabel("If something is wrong").selectOption("Store the rest");
  await send(page).click();
  await expect(report).toContainText("2 received: 1 new");
  await expect(page.getByRole("rowheader", { name: "Honda Accord 2024" })).toBeVisible();
  await hydrated(page);

  await choose(page, "cars.xml", "<inventory><item><id>SKU009</id><name>Škoda Octavia</name></item></inventory>");
  await page.getByLabel("Items that are not in the file").selectOption("replace");
  await send(page).click();
  await expect(report).toContainText("1 received: 1 new, 0 changed, 0 as they were, 1 removed");
  await expect(page.getByRole("rowheader", { name: "Škoda Octavia" })).toBeVisible();
  await expect(page.getByRole("rowheader", { name: "Honda Accord 2024" })).toHaveCount(0);
  expect(await page.evaluate(() => "sameDocument" in window), "no page was loaded").toBe(true);
});

test("where no answer comes, the page says so and keeps the file", async ({ page, guard }) => {
  guard.expectStatus(503);
  await signIn(page, "/inventory");
  await hydrated(page);
  await page.route("**/inventory", (route) =>
    route.request().method() === "POST"
      ? route.fulfill({ status: 503, contentType: "text/plain", body: "Try again later." })
      : route.continue(),
  );
  await choose(page, "cars.csv", csv.good);
  await send(page).click();
  await expect(page.getByText(/No answer came/)).toBeVisible();
  await page.unroute("**/inventory");
  await send(page).click();
  await expect(page.getByRole("region", { name: "What came of the file" })).toContainText("1 new");
});

test("items are searched, and the address can be shared", async ({ page, server }) => {
  await seedItems(server, 60);
  await signIn(page, "/inventory");
  await hydrated(page);
  await expect(page.getByText("60 items")).toBeVisible();
  await page.getByRole("searchbox").fill("škoda");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page).toHaveURL(/\?q=%C5%A1koda$/);
  await expect(page.getByText("20 of 60 items")).toBeVisible();
  await expect(page.getByRole("searchbox")).toHaveValue("škoda");
  await page.goBack();
  await expect(page.getByText("60 items", { exact: true })).toBeVisible();
  await gotoHydrated(page, "/inventory?q=nothing+like+it");
  await expect(page.getByRole("heading", { name: "No item matches" })).toBeVisible();
  await page.getByRole("link", { name: "Show all items" }).click();
  await expect(page.getByText("60 items", { exact: true })).toBeVisible();
});

test("a search of a large inventory goes on past a page without a match", async ({ page, server }) => {
  await seedItems(server, 12_000);
  // The last item in the order of the ids.
  await signIn(page, "/inventory?q=sku9999");
  await hydrated(page);
  await expect(page.getByRole("heading", { name: "No match among the first 10,000 of 12,000 items" })).toBeVisible();
  await page.getByRole("link", { name: "Search further" }).click();
  await expect(page.getByText("1 match among the remaining items")).toBeVisible();
  await expect(page.getByText("SKU9999")).toBeVisible();
});

test("the page says how systems send theirs, with a line to copy", async ({ page, server }) => {
  await signIn(page, "/inventory");
  await hydrated(page);
  await expect(page.getByText(`POST ${server.url}/api/inventory`, { exact: true })).toBeVisible();
  await expect(page.getByText("Account ID")).toBeVisible();
  await expect(page.getByText(/^curl -X POST/)).toBeVisible();
});
