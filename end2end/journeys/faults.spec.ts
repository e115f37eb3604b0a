// Refused forms, on pages that the server sends and in dialogs, and correcting their errors.

import { expectFaults, refuseForms, refuseSetup } from "../support/faults.ts";
import { Keys } from "../support/keys.ts";
import { seedKeys } from "../support/states.ts";
import { expect, hydrated, signIn, test } from "../support/test.ts";

test("the first invalid field of a refused form has the focus", async ({ page, server }) => {
  test.slow();
  await refuseForms(page, server);
});

test.describe("on an installation without an owner", () => {
  test.use({ firstOwner: "is made by link" });

  test("the first invalid field of the refused setup form has the focus", async ({ page, server }) => {
    await refuseSetup(page, server);
  });
});

test("the dialog that creates a key marks its errors, and each disappears once it is corrected", async ({ page }) => {
  await signIn(page);
  await hydrated(page);
  const keys = new Keys(page);
  const dialog = await keys.openCreate();
  const create = dialog.getByRole("button", { name: "Create API Key" });
  const name = dialog.getByLabel("Name");
  const permissions = dialog.getByRole("group", { name: "Permissions" });
  await create.click();
  await expect(name).toBeFocused();
  const links = dialog.getByRole("alert").getByRole("link");
  await expect(links).toHaveCount(2);
  await expect(dialog.locator(".error:visible")).toHaveCount(2);
  await expect(dialog.getByRole("alert")).toContainText("Fix the 2 highlighted fields.");
  await links.last().click();
  await expect(dialog.getByLabel("inventory:read")).toBeFocused();
  await expect(dialog.getByLabel("inventory:read")).toHaveAttribute("aria-invalid", "true");

  await name.fill("Feed");
  await expect(name).not.toHaveAttribute("aria-invalid");
  await expect(dialog.locator(".error:visible")).toHaveCount(1);
  await expect(links).toHaveCount(1);
  await expect(dialog.getByRole("alert")).toContainText("Fix the highlighted field.");
  await dialog.getByRole("button", { name: "Read only" }).click();
  await expect(dialog.locator(".error:visible")).toHaveCount(0);
  await expect(dialog.getByRole("alert")).toBeHidden();
  await expect(permissions.locator("[aria-invalid]")).toHaveCount(0);

  await name.fill("");
  await create.click();
  await expect(name, "a fault comes back with the next answer").toHaveAttribute("aria-invalid", "true");
  await expect(dialog.locator(".error:visible")).toHaveCount(1);
  await expect(links).toHaveCount(1);
});

test("the dialog that revokes a key marks each error", async ({ page, server }) => {
  const { used } = await seedKeys(server);
  await signIn(page);
  await hydrated(page);
  const keys = new Keys(page);
  await keys.openRevoke(used.name);
  const dialog = keys.revokeDialog(used.name);
  await dialog.getByRole("button", { name: "Revoke key" }).click();
  await expect(dialog.getByLabel("Reason")).toBeFocused();
  for (const field of [dialog.getByLabel("Reason"), dialog.getByLabel(/^Type “.+” to confirm$/)]) {
    await expect(field).toHaveAttribute("aria-invalid", "true");
    const id = await field.getAttribute("id");
    await expect(dialog.getByRole("alert").locator(`a[href="#${id}"]`)).toHaveText(/\S/);
  }
  await dialog.getByRole("alert").getByRole("link").last().click();
  await expect(dialog.getByLabel(/^Type “.+” to confirm$/)).toBeFocused();
});

test("an error on a page that the server rendered disappears once it is corrected", async ({ page }) => {
  await signIn(page, "/settings");
  await page.getByLabel("Burst size").fill("0");
  await page.getByRole("button", { name: "Save settings" }).click();
  await expectFaults(page, [page.getByLabel("Burst size")]);
  await page.keyboard.type("5");
  await expect(page.getByLabel("Burst size")).not.toHaveAttribute("aria-invalid");
  await expect(page.getByRole("alert")).toBeHidden();
  await expect(page.locator(".error:visible")).toHaveCount(0);
});
