// The Inventory page with JavaScript switched off.

import { csv, seedItems } from "../../support/states.ts";
import { expect, signIn, test } from "../../support/test.ts";

test("a file is sent, refused item by item, and stored", async ({ page }) => {
  await signIn(page, "/inventory");
  const file = (text: string) => ({ name: "cars.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await page.getByLabel("File", { exact: true }).setInputFiles(file(csv.wrong));
  await page.getByRole("button", { name: "Send file" }).click();
  const report = page.getByRole("region", { name: "What came of the file" });
  await expect(report.getByRole("row", { name: "Row 3" })).toContainText("price");
  await page.getByLabel("File", { exact: true }).setInputFiles(file(csv.good));
  await page.getByRole("button", { name: "Send file" }).click();
  await expect(report).toContainText("1 received: 1 new");
  await expect(page.getByRole("rowheader", { name: "Honda Accord 2024" })).toBeVisible();
});

test("items are searched by a form", async ({ page, server }) => {
  await seedItems(server, 3);
  await signIn(page, "/inventory");
  await page.getByRole("searchbox").fill("honda");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page.getByText("1 of 3 items")).toBeVisible();
});
