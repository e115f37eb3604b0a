// The options of a new key, with JavaScript switched off.

import { call } from "../../support/api.ts";
import { expect, signIn, test } from "../../support/test.ts";

test("a key is created with its options, and rejected values are unfolded", async ({ page, server }) => {
  await signIn(page, "/keys/new");
  await page.getByLabel("Name").fill("CRM Sync");
  await page.getByText("More options").click();
  await page.getByLabel("Note").fill("In the vault.");
  await page.getByLabel("Allowed IPs").fill("example.com");
  await page.getByRole("button", { name: "CRM sync" }).click();
  await expect(page.getByLabel("Note"), "a preset keeps what was typed").toHaveValue("In the vault.");
  expect(page.url(), "nothing of it is in the address").toBe(`${server.url}/keys/new`);
  await page.getByRole("button", { name: "Create API Key" }).click();
  await expect(page.getByLabel("Allowed IPs")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Allowed IPs")).toBeFocused();
  await page.getByLabel("Allowed IPs").fill("203.0.113.0/24");
  await page.getByRole("button", { name: "Create API Key" }).click();
  const secret = await page.getByLabel("API key").inputValue();
  expect((await call(server, secret, "/api/key")).status, "this address is not allowed").toBe(403);
});
