// Refused forms: the focus, the links to invalid fields, and the messages.

import { codeOf } from "./factor.ts";
import { Seeder } from "./seed.ts";
import type { Server } from "./server.ts";
import { expect, signIn, type Page } from "./test.ts";
import type { Locator } from "@playwright/test";

/**
 * Checks that the first invalid field has the focus, and that each has an error message and a link
 * to it.
 */
export async function expectFaults(page: Page, fields: Locator[]): Promise<void> {
  const first = fields[0]!;
  await expect(first).toBeFocused();
  await expect(first).toBeInViewport();
  for (const field of fields) {
    await expect(field).toHaveAttribute("aria-invalid", "true");
    const error = (await field.getAttribute("aria-describedby"))?.split(" ").at(-1) ?? "";
    await expect(page.locator(`#${error}`)).toHaveText(/\S/);
    const id = await field.getAttribute("id");
    await expect(page.getByRole("alert").locator(`a[href="#${id}"]`)).toHaveText(/\S/);
  }
  await expect(page.locator(`#${(await first.getAttribute("aria-describedby"))?.split(" ").at(-1)}`)).toBeInViewport();
  await expect(page.locator("[autofocus]"), "one element takes the focus").toHaveCount(1);
}

/** Submits invalid values in each form that the server answers with a page. */
export async function refuseForms(page: Page, server: Server): Promise<void> {
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("Feed");
  const send = (name: string) => page.getByRole("button", { name, exact: true }).click();
  const label = (text: string) => page.getByLabel(text, { exact: true });
  await page.setViewportSize({ width: 1280, height: 600 });

  await signIn(page, `/keys/${key.id}/edit`);
  await label("Burst size").fill("many");
  await page.getByLabel("Allowed IPs").fill("nowhere");
  await send("Save changes");
  await expectFaults(page, [label("Requests per second"), label("Burst size"), page.getByLabel("Allowed IPs")]);
  await page.getByLabel("Burst size").fill("");
  await page.getByRole("alert").getByRole("link").last().click();
  await expect(page.getByLabel("Allowed IPs")).toBeFocused();

  await page.goto("/keys/new");
  await send("Create API Key");
  await expectFaults(page, [label("Name"), label("inventory:read")]);

  await page.goto(`/keys/${key.id}/rotate`);
  await page.getByLabel("Expiration", { exact: true }).selectOption("On a date");
  await send("Rotate key");
  await expectFaults(page, [page.getByLabel("Expiration date", { exact: true })]);

  await page.goto(`/keys/${key.id}/revoke`);
  await send("Revoke key");
  await expectFaults(page, [page.getByLabel("Reason")]);

  await page.goto(`/keys/several?do=revoke&key=${key.id}`);
  await send("Revoke 1 key");
  await expectFaults(page, [page.getByLabel("Reason"), page.getByLabel("Number of keys")]);

  await page.goto("/keys/revoke-all");
  await send("Revoke all keys");
  await expectFaults(page, [page.getByLabel(/^Type “.+” to confirm$/)]);

  await page.goto("/settings");
  await page.getByLabel("Burst size").fill("0");
  await page.getByLabel("Maximum key lifetime").fill("never");
  await send("Save settings");
  await expectFaults(page, [page.getByLabel("Burst size"), page.getByLabel("Maximum key lifetime")]);

  await page.goto("/team/invite");
  await page.getByLabel("Email").fill("nobody");
  await send("Create invitation link");
  await expectFaults(page, [page.getByLabel("Email")]);

  await page.goto("/account");
  await page.getByLabel("Current password").fill("not this one");
  await page.getByLabel("New password").fill("short");
  await send("Change password");
  await expectFaults(page, [page.locator("[aria-invalid]").first()]);

  await page.goto("/account/second-factor");
  await page.getByLabel("Code", { exact: true }).fill(codeOf("AAAA"));
  await send("Continue");
  await expectFaults(page, [page.getByLabel("Code", { exact: true })]);

  await page.goto("/audit?what=nonsense");
  await expectFaults(page, [page.getByLabel("Action", { exact: true })]);
}

/** Submits invalid values in the form of the first owner, before anyone can sign in. */
export async function refuseSetup(page: Page, server: Server): Promise<void> {
  await page.goto(server.setupLink);
  await page.getByLabel("Account name").fill("Harbour Cars");
  await page.getByLabel("Email").fill("ada@harbour-cars.example");
  await page.getByLabel("Password").fill("short");
  await page.getByLabel("Default currency").selectOption("USD");
  await page.getByRole("button", { name: "Create account" }).click();
  await expectFaults(page, [page.getByLabel("Password")]);
}
