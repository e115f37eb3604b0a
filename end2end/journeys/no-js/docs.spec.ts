// The API docs, with JavaScript switched off.

import { expect, test } from "../../support/test.ts";

test("the docs are complete, without the parts that need a script", async ({ page }) => {
  await page.goto("/docs");
  await expect(page.getByRole("heading", { name: "Push items" })).toBeVisible();
  await expect(page.getByLabel("API key for “Try it”")).toBeHidden();
  const attempts = page.locator("summary").filter({ hasText: "Try it" });
  await expect(attempts).toHaveCount(17);
  for (const one of await attempts.all()) await expect(one).toBeHidden();
  const python = page.locator("#pushItems-python");
  await expect(python).toBeHidden();
  await page.getByRole("group", { name: "Examples in" }).getByText("Python").click();
  await expect(python).toBeVisible();
  const refusals = page.locator("#pushItems summary").filter({ hasText: "Errors" });
  await refusals.click();
  await expect(page.locator("#pushItems").getByText("unsupported_media_type")).toBeVisible();
});
