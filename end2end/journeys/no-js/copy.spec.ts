// Everything that is shown once is selected as a whole with one click, with JavaScript switched
// off.

import { openInvitation, openRecoveryCodes, openRotated } from "../../support/once.ts";
import { expect, test, type Page } from "../../support/test.ts";

async function expectSelected(page: Page, selector: string, text: string): Promise<void> {
  await expect(page.getByRole("button", { name: "Copy" }), "nothing pretends to copy").toHaveCount(0);
  await page.locator(selector).click();
  expect(await page.evaluate(() => getSelection()?.toString().trim())).toBe(text);
}

test("a rotated key is selected when it receives the focus", async ({ page, server }) => {
  const secret = await openRotated(page, server);
  await page.getByRole("link", { name: "The old key's page (opens in a new tab)" }).focus();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("textbox", { name: "API key" })).toBeFocused();
  expect(await page.evaluate(() => getSelection()?.toString())).toBe(secret);
  const call = await page.locator("#first-call-0").innerText();
  await expectSelected(page, "#first-call-0", call);
});

test("an invitation link is selected", async ({ page }) => {
  const link = await openInvitation(page);
  await expectSelected(page, "#invitation", link);
});

test("recovery codes are selected", async ({ page }) => {
  const codes = await openRecoveryCodes(page);
  await expectSelected(page, "#recovery-codes", codes);
  await expect(page.getByRole("button", { name: "Download" })).toHaveCount(0);
});
