// A key that is created with everything that it may have besides its name, permissions and expiry.

import { call } from "../support/api.ts";
import { Keys } from "../support/keys.ts";
import { expect, hydrated, signIn, test } from "../support/test.ts";

test("a key is created with a note, a limit and allowed addresses in the dialog", async ({ page, server }) => {
  await signIn(page);
  await hydrated(page);
  const keys = new Keys(page);
  const dialog = await keys.openCreate();
  await dialog.getByLabel("Name").fill("CRM Sync");
  await dialog.getByLabel("leads:read").check();
  await expect(dialog.getByLabel("Note")).toBeHidden();
  await dialog.getByText("More options").click();
  const font = (label: string) => dialog.getByLabel(label).evaluate((field) => getComputedStyle(field).fontFamily);
  expect(await font("Note")).toBe(await font("Name"));
  await expect(dialog.getByText("use the account limit: 10 requests per second, bursts up to 100.")).toBeVisible();
  await dialog.getByLabel("Note").fill("In the vault.");
  await dialog.getByLabel("Burst size").fill("7");
  await dialog.getByLabel("Allowed IPs").fill("203.0.113.0/24");
  // A folded field with an error is unfolded.
  await dialog.getByText("More options").click();
  await expect(dialog.getByLabel("Burst size")).toBeHidden();
  await dialog.getByRole("button", { name: "Create API Key" }).click();
  await expect(dialog.getByLabel("Requests per second")).toBeFocused();
  await expect(dialog.getByLabel("Requests per second")).toHaveAttribute("aria-invalid", "true");
  await expect(dialog.getByLabel("Note")).toHaveValue("In the vault.");
  await page.keyboard.type("3");
  await dialog.getByRole("button", { name: "Create API Key" }).click();
  const secret = await keys.saveDialog.getByLabel("API key").inputValue();
  expect((await call(server, secret, "/api/key")).status, "this address is not allowed").toBe(403);
  await keys.done();
  await page.getByRole("link", { name: "CRM Sync" }).click();
  await expect(page.getByRole("region", { name: "Details" })).toContainText("In the vault.");
  await expect(page.getByRole("region", { name: "Details" })).toContainText("3 requests per second, bursts up to 7");
  await expect(page.getByRole("region", { name: "Allowed IPs" })).toContainText("203.0.113.0/24");
});
