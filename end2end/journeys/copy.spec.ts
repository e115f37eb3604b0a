// Everything that is shown once can be copied with one click.

import { readFileSync } from "node:fs";
import { Keys } from "../support/keys.ts";
import { openInvitation, openRecoveryCodes, openRotated } from "../support/once.ts";
import { expect, hydrated, signIn, test, type Page } from "../support/test.ts";

test.use({ permissions: ["clipboard-read", "clipboard-write"] });

async function expectCopied(page: Page, text: string, name = "Copy"): Promise<void> {
  await page.evaluate(() => navigator.clipboard.writeText("something else"));
  const button = page.getByRole("button", { name, exact: true });
  await button.click();
  await expect(page.getByRole("button", { name: name.replace("Copy", "Copied"), exact: true })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(text);
}

test("a rotated key and its call are copied", async ({ page, server }) => {
  const secret = await openRotated(page, server);
  await expectCopied(page, secret);
  await expectCopied(page, await page.locator("#first-call-0").innerText(), "Copy the example");
});

test("the first call of a new key is copied in each language, without the key", async ({ page }) => {
  await signIn(page);
  await hydrated(page);
  const secret = await new Keys(page).create("Inventory Integration");
  const bash = "printf 'API key: ' && read -rs VOXUM_API_KEY && export VOXUM_API_KEY && echo";
  const dialog = new Keys(page).saveDialog;
  for (const [index, name] of ["curl", "Python", "JavaScript", ".env", "GitHub Actions", "PowerShell"].entries()) {
    if (index === 0) await dialog.getByRole("radio", { name }).focus();
    else await page.keyboard.press("ArrowRight");
    await expect(dialog.getByRole("radio", { name })).toBeChecked();
    const text = await page.locator(`#first-call-${index}`).innerText();
    expect(text).toContain("VOXUM_API_KEY");
    expect(text).not.toContain(secret);
    await expectCopied(page, text, "Copy the example");
    // The step before fits the language; a file and a workflow have none.
    const commands: Record<string, string> = { curl: bash, Python: bash, JavaScript: bash, PowerShell: "$env:VOXUM_API_KEY = " };
    const command = page.locator(`#first-call-${index}-command`);
    if (name in commands) {
      await expect(command).toContainText(commands[name]!);
      await expectCopied(page, await command.innerText(), "Copy the command");
    } else await expect(page.getByRole("button", { name: "Copy the command" })).toHaveCount(0);
    await dialog.getByRole("radio", { name }).focus();
  }
});

test("an invitation link is copied", async ({ page }) => {
  await expectCopied(page, await openInvitation(page));
});

test("recovery codes are copied, downloaded and printed", async ({ page }) => {
  await page.addInitScript(() => {
    window.print = () => document.documentElement.toggleAttribute("data-printed", true);
  });
  const codes = await openRecoveryCodes(page);
  await expectCopied(page, codes);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("voxum-recovery-codes.txt");
  expect(readFileSync(await download.path(), "utf8")).toBe(`${codes}\n`);
  await page.getByRole("button", { name: "Print" }).click();
  await expect(page.locator("html[data-printed]")).toBeAttached();
});

test("a text is selected if the clipboard is unavailable", async ({ page }) => {
  await page.addInitScript(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException("refused", "NotAllowedError"));
  });
  const link = await openInvitation(page);
  await page.getByRole("button", { name: "Copy", exact: true }).click();
  await expect(page.getByText("Press Ctrl+C")).toBeVisible();
  await expect(page.getByText("Copied")).toHaveCount(0);
  expect(await page.evaluate(() => getSelection()?.toString().trim())).toBe(link);
});
