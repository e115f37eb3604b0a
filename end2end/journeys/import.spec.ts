// The import of a file. The server renders all of its pages, and no-js takes the same steps without
// script.

import { readFileSync } from "node:fs";
import { apply, check, choose, expectNumber, expectStep, feed, text } from "../support/import.ts";
import { expect, signIn, test, type Page } from "../support/test.ts";

const START = "/inventory/import";

async function expectMapping(page: Page, columns: Record<string, string>): Promise<void> {
  for (const [column, target] of Object.entries(columns)) {
    const list = page.getByRole("combobox", { name: column, exact: true });
    await expect(list.locator("option:checked"), column).toHaveText(target);
  }
}

async function downloadErrors(page: Page): Promise<string> {
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download errors (CSV)" }).click();
  return readFileSync(await (await download).path(), "utf8");
}

test("a WooCommerce export is imported with the suggested mapping", async ({ page }) => {
  await signIn(page, "/inventory");
  await page.getByRole("link", { name: "Import a file" }).click();
  await choose(page, feed("woocommerce.csv"));
  await expect(page.getByText("UTF-8 with a byte-order mark")).toBeVisible();
  await expectMapping(page, {
    SKU: "ID",
    Name: "Name",
    Categories: "Category",
    "Regular price": "Price",
    Description: "Description",
    Images: "Image address",
    "In stock?": "Available",
    ID: "Attribute",
    Parent: "Attribute",
  });
  await check(page);
  const row = page.getByRole("row", { name: /^Row 5/ });
  await expect(row).toContainText("SKU: empty");
  await expect(row, "the errors are seen without scrolling").toBeInViewport();
  const faults = await downloadErrors(page);
  expect(faults).toContain("Row (in a spreadsheet),Line (in a text editor),ID,Column,Value in the file,How to correct it");
  expect(faults).toContain("SKU,,A value is required.");
  await expectNumber(page, "New", 3);
  await apply(page, "Add 3 items, skip 1 row");
  expect(await downloadErrors(page), "the errors are still there").toBe(faults);
  await page.getByRole("link", { name: "View inventory" }).click();
  await expect(page.getByRole("cell", { name: "car-mat-01", exact: true })).toBeVisible();
});

test("a Shopify export is imported with one item for each handle", async ({ page }) => {
  await signIn(page, START);
  await choose(page, feed("shopify.csv"));
  await expectMapping(page, {
    Handle: "ID",
    Title: "Name",
    Type: "Category",
    "Variant Price": "Price",
    "Body (HTML)": "Description",
    "Image Src": "Image address",
    Status: "Available",
  });
  await check(page);
  await expectNumber(page, "New", 2);
  await expectNumber(page, "Repeated rows left out", 2);
  await apply(page);
});

test("a Meta vehicle feed is imported", async ({ page }) => {
  await signIn(page, START);
  await choose(page, feed("meta-vehicles.tsv"));
  await expect(page.getByText("Tab", { exact: true })).toBeVisible();
  await expectMapping(page, {
    vehicle_id: "ID",
    title: "Name",
    price: "Price",
    url: "Web address",
    "image[0].url": "Image address",
    availability: "Available",
  });
  await check(page);
  await expectNumber(page, "New", 2);
  await apply(page);
  await page.getByRole("link", { name: "View inventory" }).click();
  await expect(page.getByText("3,450.00 USD")).toBeVisible();
});

test("an export of a German dealer system is imported, and an invalid price is reported", async ({ page }) => {
  await signIn(page, START);
  await choose(page, feed("dealer-de.csv"));
  await expect(page.getByText("Windows-1252")).toBeVisible();
  await expect(page.getByText("Semicolon")).toBeVisible();
  await expectMapping(page, {
    Fahrzeugnr: "ID",
    Bezeichnung: "Name",
    Kategorie: "Category",
    "Preis (EUR)": "Price",
    "verfügbar": "Available",
    Beschreibung: "Description",
  });
  await expect(page.getByLabel("Price format")).toHaveValue("comma");
  await expect(page.getByLabel("Currency for prices without one")).toHaveValue("EUR");
  await check(page);
  const row = page.getByRole("row", { name: /^Row 4 ?ID A-1003/ });
  await expect(row).toContainText("Preis (EUR): “auf Anfrage”");
  await expect(row).toContainText("leave the price empty");
  await expect(page.getByRole("cell", { name: "18,990.00 EUR" })).toBeVisible();
  await expectNumber(page, "New", 2);
  await apply(page);
  await expect(page.getByText("1 row with errors was skipped")).toBeVisible();
  await page.getByRole("link", { name: "View inventory" }).click();
  await expect(page.getByText("18,990.00 EUR")).toBeVisible();
});

test("ids that Excel shortened are explained, and blank cells and rows are ignored", async ({ page }) => {
  await signIn(page, START);
  await choose(page, feed("excel.csv"));
  await expect(page.getByRole("rowheader", { name: "Column 4, without a name" })).toBeVisible();
  await check(page);
  await expect(page.getByRole("row", { name: /^Row 2/ })).toContainText("as a spreadsheet shortens it");
  await expectNumber(page, "New", 1);
  await apply(page);
});

test("removing items requires their number, and the mapping is remembered", async ({ page }) => {
  await signIn(page, START);
  await choose(page, text("Nummer,Titel,Preis\nA,Accord,100\nB,Civic,200\n"));
  await page.getByRole("combobox", { name: "Preis" }).selectOption("leave_out");
  await check(page);
  await apply(page);
  await page.getByRole("link", { name: "Import another file" }).click();
  await choose(page, text("Nummer,Titel,Preis\nA,Accord Tourer,100\n"));
  await expect(page.getByText("Your account imported a file with these columns before")).toBeVisible();
  await expectMapping(page, { Preis: "Leave out" });
  await page.getByLabel("Effect on the inventory").selectOption("replace");
  await check(page);
  await expect(page.getByRole("row", { name: /^A/ })).toContainText("Accord → Accord Tourer");
  const number = page.getByLabel("1 item will be removed. Type this number to confirm");
  await page.getByRole("button", { name: "Update 1 and remove 1 item" }).click();
  await expect(number).toBeFocused();
  await expect(number).toHaveAccessibleDescription(/Type 1/);
  await number.fill("1");
  await apply(page);
  await expectNumber(page, "Removed", 1);
  // Reloading the page of the result does not repeat the import.
  await page.reload();
  await expectNumber(page, "Removed", 1);
});

test("prices whose currency the file does not name need a choice", async ({ page }) => {
  await signIn(page, START);
  await choose(page, text("Nummer;Titel;Preis\n1;Golf;18.990,00\n"));
  const currency = page.getByLabel("Currency for prices without one");
  await expect(currency.locator("option:checked")).toHaveText("Select a currency");
  await page.getByRole("button", { name: "Check the file" }).click();
  await expect(page.getByRole("alert")).toBeFocused();
  await expect(currency).toHaveAccessibleDescription(/^Select a currency\. The file has prices/);
  await currency.selectOption("EUR");
  await check(page);
  await expect(page.getByRole("cell", { name: "18,990.00 EUR" })).toBeVisible();
});

test("the error of a refused choice links to its list", async ({ page }) => {
  await signIn(page, START);
  await choose(page, text("a,b\n1,2\n"));
  await page.getByRole("button", { name: "Check the file" }).click();
  await expect(page.getByRole("alert")).toBeFocused();
  await page.getByRole("link", { name: "Choose the column that has the ID of each item." }).click();
  await expect(page).toHaveURL(/#column-0$/);
  await expect(page.getByRole("combobox", { name: "a", exact: true })).toHaveAttribute("aria-invalid", "true");
});

/** Reads a property of the button that the browser draws in the file field. */
async function fileButton(page: Page, property: string): Promise<string> {
  const file = page.getByLabel("File", { exact: true });
  return file.evaluate(
    (input, property) => getComputedStyle(input, "::file-selector-button").getPropertyValue(property),
    property,
  );
}

test("the button of the file field looks like the other buttons, and the field shows the focus", async ({ page }) => {
  await signIn(page, START);
  const cancel = page.getByRole("link", { name: "Cancel" });
  for (const property of ["background-color", "border-radius", "border-top-color", "font-weight", "min-height"]) {
    const other = await cancel.evaluate((link, property) => getComputedStyle(link).getPropertyValue(property), property);
    expect(await fileButton(page, property), property).toBe(other);
  }
  const file = page.getByLabel("File", { exact: true });
  await file.focus();
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Tab");
  await expect(file).toBeFocused();
  await expect(file).toHaveCSS("outline-style", "solid");
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test("the button of the file field is large enough for a finger", async ({ page }) => {
    await signIn(page, START);
    expect(await fileButton(page, "min-height")).toBe("44px");
  });
});

test("errors have the words of the screen, and everything else can be imported or changed", async ({ page }) => {
  await signIn(page, START);
  await choose(page, text("Nr;Titel;Preis\n1;Golf;9.500,00\n2;;call us\n3;Polo;5\n"));
  await check(page);
  const row = page.getByRole("row", { name: /^Row 3 ?ID 2/ });
  await expect(row).toContainText("Titel: empty");
  await expect(row).toContainText("Preis: “call us”");
  await expect(row).not.toContainText("`");
  await page.getByRole("link", { name: "Change options" }).click();
  await expectStep(page, "Match columns");
  await page.getByRole("combobox", { name: "Preis" }).selectOption("leave_out");
  await check(page);
  await expect(page.getByRole("row", { name: /^Row 3 ?ID 2/ })).not.toContainText("Preis");
  await apply(page, "Add 2 items, skip 1 row");
  await expect(page.getByText("1 row with errors was skipped")).toBeVisible();
  await page.getByRole("link", { name: "View inventory" }).click();
  await expect(page.getByRole("rowheader", { name: "Polo" })).toBeVisible();
});
