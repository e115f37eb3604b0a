import { call } from "../support/api.ts";
import { Keys } from "../support/keys.ts";
import { expect, gotoHydrated, hydrated, owner, signInByForm, test } from "../support/test.ts";

/** Formats a day as the console does: "21 Feb 2027". */
function dayIn(days: number): string {
  const day = new Date(Date.now() + days * 86_400_000);
  return day.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
}

test.describe("on an installation without an owner", () => {
  test.use({ firstOwner: "is made by link" });

  test("a key is created, copied, used by another program and revoked", async ({ page, context, server }) => {
    test.setTimeout(60_000);
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const keys = new Keys(page);
    const name = "Inventory Integration";
    let secret = "";

    await test.step("the printed setup link creates the owner", async () => {
      await page.goto(server.setupLink);
      await expect(page.getByRole("heading", { name: "Set up Voxum Console" })).toBeVisible();
      await page.getByLabel("Account name").fill(owner.account);
      await page.getByLabel("Email").fill(owner.email);
      await page.getByLabel("Password").fill(owner.password);
      await page.getByLabel("Default currency").selectOption("USD");
      await page.getByRole("button", { name: "Create account" }).click();
      await expect(page).toHaveURL(`${server.url}/`);
      await expect(page.getByRole("heading", { level: 1, name: "Dashboard" })).toBeVisible();
      await expect(page.getByText("0 of 3 steps done")).toBeVisible();
      await page.getByRole("link", { name: "API Keys", exact: true }).click();
      await expect(page.getByRole("heading", { level: 1, name: "API Keys" })).toBeVisible();
      await hydrated(page);
    });

    await test.step("the owner signs out and in again", async () => {
      await page.getByRole("button", { name: "Sign out" }).click();
      await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
      await signInByForm(page);
      await hydrated(page);
      await expect(page.getByRole("link", { name: owner.email })).toBeVisible();
    });

    await test.step("the dialog advises on the name, the permissions and the expiry", async () => {
      const dialog = await keys.openCreate();
      const field = dialog.getByLabel("Name");
      await expect(field).toBeFocused();
      const advice = dialog.getByText("Will you recognize this in a year?");
      await field.fill("Key 1");
      await expect(advice).toBeVisible();
      await field.fill(name);
      await expect(advice).toBeHidden();

      const scope = (text: string) => dialog.getByRole("checkbox", { name: text });
      for (const text of ["inventory:read", "inventory:write", "leads:read", "leads:write"]) {
        await expect(scope(text), "a new key may do nothing until chosen").not.toBeChecked();
      }
      await dialog.getByRole("button", { name: "Read only" }).click();
      await expect(scope("leads:read")).toBeChecked();
      await dialog.getByRole("button", { name: "Inventory integration" }).click();
      await expect(scope("inventory:read")).toBeChecked();
      await expect(scope("inventory:write")).toBeChecked();
      await expect(scope("leads:read")).not.toBeChecked();
      await expect(scope("leads:write")).not.toBeChecked();

      const expires = dialog.getByLabel("Expiration", { exact: true });
      await expect(expires.locator("option:checked")).toHaveText("90 days");
      await expect(dialog.getByText(dayIn(90))).toBeVisible();
      await expires.selectOption("30 days");
      await expect(dialog.getByText(dayIn(30))).toBeVisible();
      await expect(dialog.getByText(dayIn(90))).toBeHidden();
      await expires.selectOption("No expiration");
      await expect(dialog.getByText("stay valid until revoked")).toBeVisible();
      await expires.selectOption("90 days");
      await expect(dialog.getByText("stay valid until revoked")).toBeHidden();
    });

    await test.step("the key is shown once, and copied", async () => {
      await keys.createDialog.getByRole("button", { name: "Create API Key" }).click();
      const dialog = keys.saveDialog;
      await expect(dialog).toBeVisible();
      const field = dialog.getByLabel("API key");
      await expect(field).toHaveValue(/^vx_[0-9A-Za-z]{49}$/);
      await expect(field).toHaveAttribute("readonly");
      secret = await field.inputValue();
      await expect(dialog.getByText(`curl -H "X-API-Key: $VOXUM_API_KEY" ${server.url}/api/inventory`)).toBeVisible();
      await page.evaluate(() => navigator.clipboard.writeText("something else"));
      await dialog.getByRole("button", { name: "Copy", exact: true }).first().click();
      await expect(dialog.getByRole("button", { name: "Copied" })).toBeVisible();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
    });

    await test.step("only Done closes the dialog without asking", async () => {
      const dialog = keys.saveDialog;
      const done = dialog.getByRole("button", { name: "Done" });
      await done.click();
      const saved = dialog.getByLabel("I've saved this key");
      await expect(saved, "the box is what is missing").toBeFocused();
      await expect(saved).toHaveAttribute("aria-invalid", "true");
      await expect(saved).toHaveAccessibleDescription("Save the key, then select this box.");
      await expect(dialog.getByRole("alert").getByText("Save the key, then select this box.")).toBeVisible();
      await saved.check();
      await expect(dialog.getByText("Save the key, then select this box.")).toBeHidden();
      await expect(saved).not.toHaveAttribute("aria-invalid");
      await saved.uncheck();
      await page.keyboard.press("Escape");
      await expect(dialog.getByText("Leave without saving the key?")).toBeVisible();
      await dialog.getByRole("button", { name: "Go back" }).click();
      await expect(dialog.getByText("Leave without saving the key?")).toBeHidden();
      await page.mouse.click(5, 5);
      await expect(dialog.getByText("Leave without saving the key?")).toBeVisible();
      await dialog.getByRole("button", { name: "Go back" }).click();
      await expect(dialog.getByLabel("API key")).toHaveValue(secret);
      await dialog.getByLabel("I've saved this key").check();
      await done.click();
      await expect(dialog).toBeHidden();
    });

    await test.step("the list shows the new key", async () => {
      const headings = await keys.table.getByRole("columnheader").allInnerTexts();
      expect(headings.map((text) => text.trim())).toEqual([
        "Select",
        "Name",
        "Key preview",
        "Permissions",
        "7 days",
        "Created",
        "Last used",
        "Expires",
        "Status",
        "Actions",
      ]);
      const row = keys.row(name);
      await expect(row).toHaveCount(1);
      await expect(row).toContainText("inventory rw");
      await expect(row).toContainText(`${secret.slice(0, 9)}…`);
      await expect(row).toContainText("Never used");
      await expect(row).toContainText("Active");
    });

    await test.step("another program uses the key, and the list shows it within 5 s", async () => {
      const answer = await call(server, secret, "/api/key");
      const called = Date.now();
      expect(answer).toMatchObject({ status: 200, body: { name } });
      await expect(async () => {
        await gotoHydrated(page, "/keys");
        await expect(keys.row(name)).toContainText("127.0.0.1 · feed-robot/1.0", { timeout: 100 });
      }).toPass({ timeout: 7_000, intervals: [200] });
      // The promise does not include the time to load the page itself.
      expect(Date.now() - called).toBeLessThan(6_000);
      await expect(keys.row(name)).not.toContainText("Never used");
    });

    await test.step("revoking a key in use asks for its name", async () => {
      await page.evaluate(() => Object.assign(window, { sameDocument: true }));
      await keys.openRevoke(name);
      const dialog = keys.revokeDialog(name);
      await expect(dialog).toBeVisible();
      await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
      await expect(dialog).toContainText(`${secret.slice(0, 9)}…`);
      await expect(dialog).toContainText("from 127.0.0.1");
      await expect(dialog.getByLabel("Reason").locator("option:checked")).toHaveText("Select a reason");
      await dialog.getByLabel("Reason").selectOption("Other");
      const confirm = dialog.getByLabel(/^Type “.+” to confirm$/);
      await confirm.fill("inventory");
      await dialog.getByRole("button", { name: "Revoke key" }).click();
      await expect(confirm).toHaveAttribute("aria-invalid", "true");
      await expect(confirm).toHaveAccessibleDescription(/\S/);
      await expect(confirm).toBeFocused();
      await expect(confirm, "what was typed stays").toHaveValue("inventory");
      expect((await call(server, secret, "/api/key")).status).toBe(200);
      await dialog.getByLabel("Reason").selectOption("Leaked");
      await confirm.fill(` ${name} `);
      await dialog.getByRole("button", { name: "Revoke key" }).click();
      await expect(dialog).toBeHidden();
    });

    await test.step("a receipt shows that every node refuses the key", async () => {
      await expect(keys.receipt).toContainText(/Rejected on 1 of 1 node, \d+ ms after you confirmed\./);
      await keys.receipt.getByRole("button", { name: "Done" }).click();
      await expect(keys.receipt).toBeHidden();
    });

    await test.step("the row changes in place and the same call is refused", async () => {
      expect(await call(server, secret, "/api/key")).toMatchObject({ status: 401, body: { code: "revoked_key" } });
      const row = keys.row(name);
      await expect(row).toContainText("Revoked");
      await expect(keys.revokeButton(name)).toHaveCount(0);
      await expect(page.getByRole("status").filter({ hasText: "Key revoked" })).toBeAttached();
      await expect(row.getByRole("rowheader").locator(":focus").or(row.locator(":focus"))).toHaveCount(1);
      expect(await page.evaluate(() => "sameDocument" in window), "no page was loaded").toBe(true);
      await gotoHydrated(page, "/keys");
      await expect(keys.row(name)).toContainText("Revoked");
      await keys.row(name).getByRole("link", { name }).click();
      await expect(page.getByText(/Rejected on 1 of 1 node after \d+ ms\./)).toBeVisible();
    });

    await test.step("the owner signs out", async () => {
      await page.getByRole("button", { name: "Sign out" }).click();
      await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
      await page.goto("/keys");
      await expect(page).toHaveURL(`${server.url}/sign-in?next=%2Fkeys`);
    });
  });

  test("the setup link works once", async ({ page, server, guard }) => {
    const link = server.setupLink;
    await page.goto(link);
    await page.getByLabel("Account name").fill(owner.account);
    await page.getByLabel("Email").fill(owner.email);
    await page.getByLabel("Password").fill(owner.password);
    await page.getByLabel("Default currency").selectOption("USD");
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Dashboard" })).toBeVisible();
    guard.expectStatus(404);
    const answer = await page.goto(link);
    expect(answer?.status()).toBe(404);
    await expect(page.getByRole("heading", { name: "Set up Voxum Console" })).toHaveCount(0);
  });

  test("a weak password is refused at its field, and the other fields keep their values", async ({ page, server }) => {
    await page.goto(server.setupLink);
    await page.getByLabel("Account name").fill(owner.account);
    await page.getByLabel("Email").fill(owner.email);
    await page.getByLabel("Password").fill("password1234");
    await page.getByLabel("Default currency").selectOption("USD");
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByLabel("Password")).toHaveAttribute("aria-invalid", "true");
    await expect(page.getByLabel("Password")).toHaveValue("");
    await expect(page.getByLabel("Account name")).toHaveValue(owner.account);
    await expect(page.getByLabel("Email")).toHaveValue(owner.email);
  });

  test.describe("in a browser elsewhere", () => {
    test.use({ timezoneId: "Europe/Berlin" });

    test("set-up begins with the time zone of the browser and without a currency", async ({ page, server }) => {
      await page.goto(server.setupLink);
      await expect(page.getByLabel("Time zone")).toHaveValue("Europe/Berlin");
      await page.getByLabel("Account name").fill(owner.account);
      await page.getByLabel("Email").fill(owner.email);
      await page.getByLabel("Password").fill(owner.password);
      await page.getByLabel("Time zone").selectOption("Europe/Vienna");
      await page.getByRole("button", { name: "Create account" }).click();
      await expect(page.getByLabel("Default currency")).toHaveAttribute("aria-invalid", "true");
      await expect(page.getByLabel("Time zone"), "the choice is kept").toHaveValue("Europe/Vienna");
      await page.getByLabel("Default currency").selectOption("EUR");
      await page.getByLabel("Password").fill(owner.password);
      await page.getByRole("button", { name: "Create account" }).click();
      await page.goto("/settings");
      await expect(page.getByLabel("Time zone")).toHaveValue("Europe/Vienna");
      await expect(page.getByLabel("Default currency")).toHaveValue("EUR");
    });
  });
});
