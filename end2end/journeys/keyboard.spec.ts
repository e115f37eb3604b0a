import { Keys } from "../support/keys.ts";
import { seedKeys } from "../support/states.ts";
import { expect, hydrated, signIn, test, type Page } from "../support/test.ts";
import type { Locator } from "@playwright/test";

/** Presses Tab until the element has the focus, as a person without a mouse does. */
async function tabTo(page: Page, target: Locator, key = "Tab"): Promise<void> {
  for (let step = 0; step < 60; step += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
    const visible = await page.evaluate(() => {
      const focused = document.activeElement;
      if (focused === null || focused === document.body) return true;
      return focused.checkVisibility() && focused.matches(":focus-visible");
    });
    expect(visible, "the focus is always to be seen").toBe(true);
  }
  throw new Error(`Tab does not lead to ${target}`);
}

test("a key is created without a mouse", async ({ page }) => {
  await signIn(page);
  await hydrated(page);
  const keys = new Keys(page);
  await tabTo(page, keys.createButton);
  await page.keyboard.press("Enter");
  const dialog = keys.createDialog;
  await expect(dialog.getByLabel("Name")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(keys.createButton, "the focus returns to where it came from").toBeFocused();

  await page.keyboard.press("Space");
  await expect(dialog.getByLabel("Name")).toBeFocused();
  await page.keyboard.type("Inventory Integration");
  await tabTo(page, dialog.getByRole("button", { name: "Inventory integration" }));
  await page.keyboard.press("Space");
  await tabTo(page, dialog.getByLabel("inventory:write"));
  await expect(dialog.getByLabel("inventory:write")).toBeChecked();
  await page.keyboard.press("Space");
  await expect(dialog.getByLabel("inventory:write")).not.toBeChecked();
  await tabTo(page, dialog.getByLabel("Expiration", { exact: true }));
  await page.keyboard.press("ArrowUp");
  await expect(dialog.getByLabel("Expiration", { exact: true }).locator("option:checked")).toHaveText("30 days");
  await tabTo(page, dialog.getByLabel("Name"), "Shift+Tab");
  await page.keyboard.press("Enter");

  const save = keys.saveDialog;
  await expect(save).toBeVisible();
  await expect(save.getByRole("heading"), "what is new is what is read").toBeFocused();
  await page.keyboard.press("Escape");
  await expect(save.getByRole("button", { name: "Go back" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(save.getByRole("button", { name: "Go back" })).toHaveCount(0);
  expect(
    await save.evaluate((element) => element.contains(document.activeElement)),
    "the focus stays in the dialog",
  ).toBe(true);
  await tabTo(page, save.getByLabel("I've saved this key"));
  await page.keyboard.press("Space");
  await tabTo(page, save.getByRole("button", { name: "Done" }));
  await page.keyboard.press("Enter");
  await expect(save).toBeHidden();
  await expect(keys.row("Inventory Integration").getByRole("rowheader"), "the new key is where reading goes on").toBeFocused();
  await expect(keys.row("Inventory Integration")).toContainText("inventory r");
  await expect(keys.row("Inventory Integration")).not.toContainText("inventory rw");
});

test("pressing Escape repeatedly does not lose the key", async ({ page }) => {
  await signIn(page);
  await hydrated(page);
  const keys = new Keys(page);
  const secret = await keys.create("Inventory Integration");
  // A browser lets a dialog refuse to close once, but not a second time without an interaction in
  // between.
  for (let press = 0; press < 4; press += 1) await page.keyboard.press("Escape");
  await expect(keys.saveDialog.getByLabel("API key")).toHaveValue(secret);
  await expect(keys.saveDialog.getByText("Leave without saving the key?")).toBeVisible();
});

test("the focus does not leave an open dialog", async ({ page }) => {
  await signIn(page);
  await hydrated(page);
  const keys = new Keys(page);
  const dialog = await keys.openCreate();
  for (let step = 0; step < 30; step += 1) {
    await page.keyboard.press("Tab");
    const where = await dialog.evaluate((element) => {
      const focused = document.activeElement;
      return focused === document.body || element.contains(focused);
    });
    expect(where, "behind the dialog nothing takes the focus").toBe(true);
  }
});

test("a key is revoked without a mouse", async ({ page, server }) => {
  const { used, unused } = await seedKeys(server);
  await signIn(page);
  await hydrated(page);
  const keys = new Keys(page);
  await tabTo(page, keys.revokeButton(unused.name));
  await page.keyboard.press("Enter");
  const dialog = keys.revokeDialog(unused.name);
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(keys.revokeButton(unused.name)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(keys.revokeButton(unused.name)).toBeFocused();

  await page.keyboard.press("Space");
  await tabTo(page, dialog.getByRole("button", { name: "Revoke key" }));
  await page.keyboard.press("Enter");
  const reason = dialog.getByLabel("Reason");
  await expect(reason, "a reason is asked for").toBeFocused();
  await expect(reason).toHaveAttribute("aria-invalid", "true");
  await page.keyboard.press("U");
  await expect(reason).toHaveValue("unused");
  await tabTo(page, dialog.getByRole("button", { name: "Revoke key" }));
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(keys.row(unused.name)).toContainText("Revoked");
  await expect(keys.receipt.getByRole("button", { name: "Done" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(keys.row(unused.name).getByRole("rowheader"), "the button is gone, its row is not").toBeFocused();

  await tabTo(page, keys.revokeButton(used.name));
  await page.keyboard.press("Enter");
  const other = keys.revokeDialog(used.name);
  await tabTo(page, other.getByLabel("Reason"));
  await page.keyboard.press("L");
  const confirm = other.getByLabel(/^Type “.+” to confirm$/);
  await tabTo(page, confirm);
  await page.keyboard.type("inventory");
  await page.keyboard.press("Enter");
  await expect(confirm).toBeFocused();
  await expect(confirm).toHaveAttribute("aria-invalid", "true");
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type(used.name);
  await page.keyboard.press("Enter");
  await expect(other).toBeHidden();
  await expect(keys.row(used.name)).toContainText("Revoked");
});

test("the first link skips the menu", async ({ page }) => {
  await signIn(page);
  await hydrated(page);
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to content" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Identify a key" })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(new Keys(page).createButton).toBeFocused();
});

test("exact times are switched on without a mouse", async ({ page, server }) => {
  await seedKeys(server);
  await signIn(page);
  await hydrated(page);
  const created = new Keys(page).row("CRM Sync").locator("time").first();
  await expect(created).toHaveAttribute("datetime", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  await expect(created.getByText(/UTC/)).toBeHidden();
  await tabTo(page, page.getByRole("button", { name: "Display" }));
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("switch", { name: "Exact times" }));
  await page.keyboard.press("Space");
  await expect(created.getByText(/UTC/)).toBeVisible();
});
