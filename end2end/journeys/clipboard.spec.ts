import { Keys } from "../support/keys.ts";
import { expect, hydrated, signIn, test } from "../support/test.ts";

test("if the clipboard is unavailable, the key is selected and not reported as copied", async ({ page }) => {
  await page.addInitScript(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException("refused", "NotAllowedError"));
  });
  await signIn(page);
  await hydrated(page);
  const keys = new Keys(page);
  const secret = await keys.create("Inventory Integration");
  const dialog = keys.saveDialog;
  await dialog.getByRole("button", { name: "Copy", exact: true }).first().click();
  await expect(dialog.getByText("Couldn't copy automatically.")).toBeVisible();
  await expect(dialog.getByText("Copied")).toHaveCount(0);
  await expect(dialog.getByLabel("API key")).toBeFocused();
  const selected = await dialog
    .getByLabel("API key")
    .evaluate((field: HTMLInputElement) => field.value.slice(field.selectionStart ?? 0, field.selectionEnd ?? 0));
  expect(selected).toBe(secret);
});

test("a double click selects the whole key", async ({ page }) => {
  await signIn(page);
  await hydrated(page);
  const keys = new Keys(page);
  const secret = await keys.create("Inventory Integration");
  // In a text that does not select itself, as in an e-mail or a terminal.
  await page.evaluate((text) => {
    const line = document.createElement("p");
    line.id = "line";
    line.append("the key ", text, " of the feed");
    document.querySelector("dialog[open] form")!.prepend(line);
  }, secret);
  // Waits until the line stops moving: the dialog moves while it opens.
  await page.locator("#line").hover();
  const place = await page.evaluate(() => {
    const text = document.getElementById("line")!.childNodes[1]!;
    const range = document.createRange();
    range.setStart(text, 5);
    range.setEnd(text, 6);
    const { x, y, width, height } = range.getBoundingClientRect();
    return { x: x + width / 2, y: y + height / 2 };
  });
  await page.mouse.dblclick(place.x, place.y);
  expect(await page.evaluate(() => (window.getSelection() ?? "").toString().trim())).toBe(secret);
});
