// Other people who use the console: a member who forgot the password, a viewer, another customer.

import { Keys } from "../support/keys.ts";
import { Seeder, demoteOwner } from "../support/seed.ts";
import { seedKeys } from "../support/states.ts";
import { expect, gotoHydrated, hydrated, owner, signIn, signInByForm, test } from "../support/test.ts";

/** Returns the link at the end of a command's output. */
function linkIn(printed: string): string {
  const link = /http:\/\/\S+\/setup\/\S+$/.exec(printed)?.[0];
  if (link === undefined) throw new Error(`no link in ${printed}`);
  return link;
}

test("a reset link replaces a forgotten password, works once and ends every session", async ({ page, browser, server, guard }) => {
  guard.expectStatus(404);
  const old = await browser.newContext({ baseURL: server.url });
  const before = await old.newPage();
  await signInByForm(before);
  const link = linkIn(server.command("admin", "reset", owner.email));
  await page.goto(link);
  await expect(page.getByRole("heading", { name: "Choose a new password" })).toBeVisible();
  await expect(page.getByText(`For ${owner.email}.`)).toBeVisible();
  await page.getByLabel("Password").fill("too short");
  await page.getByRole("button", { name: "Set password" }).click();
  await expect(page.getByLabel("Password")).toHaveAccessibleDescription(/at least 12 characters/i);
  await page.getByLabel("Password").fill("nine herons under the bridge");
  await page.getByRole("button", { name: "Set password" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Dashboard" })).toBeVisible();
  await before.goto("/keys");
  await expect(before.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await old.close();
  await page.goto(link);
  await expect(page.getByRole("heading", { name: "This link isn't valid" })).toBeVisible();

  await page.goto("/keys");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Email").fill(owner.email);
  await page.getByLabel("Password").fill("nine herons under the bridge");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Dashboard" })).toBeVisible();
});

test("a viewer sees the keys but no way to change them", async ({ page, server }) => {
  const { unused } = await seedKeys(server);
  const seeder = await Seeder.signIn(server);
  demoteOwner(server);
  await signIn(page);
  await hydrated(page);
  const keys = new Keys(page);
  await expect(keys.row(unused.name)).toContainText("Active");
  await expect(page.getByText(/You have read-only access/)).toBeVisible();
  await expect(page.getByRole("button", { name: /Create API Key|Revoke/ })).toHaveCount(0);
  await page.goto("/keys/new");
  await expect(page.getByRole("textbox", { name: "Name" })).toHaveCount(0);
  await page.goto(`/keys/${unused.id}/revoke`);
  await expect(page.getByRole("button", { name: "Revoke key" })).toHaveCount(0);
  // Nor by a form that was opened before.
  await seeder.send(`/keys/${unused.id}/revoke`, { reason: "other" });
  await gotoHydrated(page, "/keys");
  await expect(keys.row(unused.name)).toContainText("Active");
});

test("a second account starts empty and sees nothing of the first", async ({ page, server }) => {
  await seedKeys(server);
  await page.goto(linkIn(server.command("admin", "create-account", "Quay Motors")));
  await expect(page.getByLabel("Account name")).toHaveValue("Quay Motors");
  await page.getByLabel("Email").fill("grace@quay-motors.example");
  await page.getByLabel("Password").fill("three gulls on a wet roof");
  await page.getByLabel("Default currency").selectOption("USD");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByText("0 of 3 steps done")).toBeVisible();
  await expect(page.getByText("Quay Motors")).toBeVisible();
  await gotoHydrated(page, "/keys");
  await expect(page.getByRole("heading", { name: "No API keys yet" })).toBeVisible();
  const keys = new Keys(page);
  await keys.create("Quay feed");
  await keys.done();
  await expect(page.getByRole("rowheader")).toHaveCount(1);
  await page.goto("/inventory");
  await expect(page.getByRole("heading", { name: "No items yet" })).toBeVisible();
});

test.describe("when the console is served without encryption", () => {
  test.use({ settings: { VOXUM_PUBLIC_URL: "http://console.example.com" } });

  test("the sign-in page shows a warning", async ({ page }) => {
    await page.goto("/sign-in");
    await expect(page.getByText(/isn't encrypted/)).toBeVisible();
  });
});

test("the sign-in page shows no warning if the connection is secure", async ({ page }) => {
  await page.goto("/sign-in");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(page.getByText(/encryption/)).toHaveCount(0);
});
