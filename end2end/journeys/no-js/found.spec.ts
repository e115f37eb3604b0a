// A key that was found, with JavaScript switched off: its digest is computed elsewhere.

import { createHash } from "node:crypto";
import { Seeder } from "../../support/seed.ts";
import { expect, signIn, test } from "../../support/test.ts";

test("a found key is identified by a digest that was computed elsewhere", async ({ page, server }) => {
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("CRM Sync");
  await signIn(page, "/keys/found");
  await expect(page.getByLabel("API key", { exact: true })).toBeHidden();
  await page.getByLabel("SHA-256 of the key").fill(createHash("sha256").update(key.secret).digest("hex"));
  await page.getByRole("button", { name: "Identify key" }).click();
  await expect(page.getByRole("heading", { name: "This is “CRM Sync”" })).toBeVisible();
  await expect(page.getByText("Active")).toBeVisible();
});
