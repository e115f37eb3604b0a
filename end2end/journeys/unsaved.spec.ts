// Pages that show something only once ask before they are left, until it is saved or in use.

import { call } from "../support/api.ts";
import { openInvitation, openRecoveryCodes, openRotated } from "../support/once.ts";
import { expect, test, type Page } from "../support/test.ts";

/** Leaves by a link of the menu, and returns the kinds of the dialogs that asked about it. */
async function leave(page: Page, name: string, stays: boolean): Promise<string[]> {
  const asked: string[] = [];
  page.once("dialog", (dialog) => {
    asked.push(dialog.type());
    void (stays ? dialog.dismiss() : dialog.accept());
  });
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name }).click();
  if (!stays) await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  return asked;
}

test("a key that is not saved is not lost by a click on the menu", async ({ page, server }) => {
  const secret = await openRotated(page, server);
  expect(await leave(page, "Team", true)).toEqual(["beforeunload"]);
  await expect(page.getByRole("textbox", { name: "API key" }), "the page is still there").toHaveValue(secret);
  const asked: string[] = [];
  page.on("dialog", (dialog) => {
    asked.push(dialog.type());
    void dialog.accept();
  });
  await page.getByRole("button", { name: "Done" }).click();
  const saved = page.getByLabel("I've saved this key");
  await expect(saved, "the box is what is missing, as in the dialog").toBeFocused();
  await expect(saved).toHaveAccessibleDescription("Save the key, then select this box.");
  await saved.check();
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "API Keys" })).toBeVisible();
  expect(asked, "Done does not ask").toEqual([]);
});

test("a key that is in use may be left, and there is one way to", async ({ page, server }) => {
  const secret = await openRotated(page, server);
  const frame = page.frameLocator("iframe");
  await expect(frame.getByText("Waiting for your first request…")).toBeVisible();
  expect((await call(server, secret, "/api/inventory")).status).toBe(200);
  await expect(frame.getByText("First request received.")).toBeVisible();
  await expect(frame.getByRole("link")).toHaveCount(0);
  await expect(page.getByLabel("I've saved this key")).not.toHaveAttribute("required");
  expect(await leave(page, "Team", false)).toEqual([]);
});

test("a key that is in use needs no tick", async ({ page, server }) => {
  const secret = await openRotated(page, server);
  await expect(page.locator("main .primary")).toHaveCount(1);
  expect((await call(server, secret, "/api/inventory")).status).toBe(200);
  await expect(page.frameLocator("iframe").getByText("First request received.")).toBeVisible();
  await expect(page.getByLabel("I've saved this key")).not.toHaveAttribute("required");
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "API Keys" })).toBeVisible();
});

test("an invitation link and recovery codes are not lost by a click on the menu", async ({ page }) => {
  await openInvitation(page);
  expect(await leave(page, "Audit log", true)).toEqual(["beforeunload"]);
  await expect(page.locator("#invitation")).toBeVisible();
  await page.getByRole("link", { name: "Done" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Team" })).toBeVisible();
  await openRecoveryCodes(page);
  expect(await leave(page, "Team", true)).toEqual(["beforeunload"]);
  await expect(page.locator("#recovery-codes")).toBeVisible();
  await page.getByRole("link", { name: "I've saved my codes" }).click();
  await expect(page).toHaveURL(/\/account$/);
});
