// The Inventory page and the import of a file, with JavaScript switched off.

import { apply, check, choose, expectNumber, text } from "../../support/import.ts";
import { seedItems } from "../../support/states.ts";
import { expect, signIn, test } from "../../support/test.ts";

test("a file is chosen, mapped, checked row by row and imported", async ({ page }) => {
  await signIn(page, "/inventory");
  await page.getByRole("link", { name: "Import a file" }).click();
  await choose(page, text("id,name,price\nSKU001,Honda Accord 2024,32500\nSKU002,Honda Civic,ten\n"));
  await check(page);
  await expect(page.getByRole("row", { name: /^Row 3/ })).toContainText("price: “ten”");
  await expectNumber(page, "New", 1);
  await apply(page, "Add 1 item, skip 1 row");
  await expect(page.getByRole("link", { name: "Download errors (CSV)" })).toBeVisible();
  await page.getByRole("link", { name: "View inventory" }).click();
  await expect(page.getByRole("rowheader", { name: "Honda Accord 2024" })).toBeVisible();
});

test("items are searched by a form", async ({ page, server }) => {
  await seedItems(server, 3);
  await signIn(page, "/inventory");
  await page.getByRole("searchbox").fill("honda");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page.getByText("1 of 3 items")).toBeVisible();
});
