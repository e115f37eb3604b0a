// The search with JavaScript switched off.

import { seedKeys } from "../../support/states.ts";
import { expect, signIn, test } from "../../support/test.ts";

test("the menu leads to a page that finds keys, pages and actions", async ({ page, server }) => {
  const { used } = await seedKeys(server);
  await signIn(page);
  await page.getByRole("link", { name: "Search", exact: true }).click();
  await page.getByRole("searchbox").fill(used.name);
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByRole("link", { name: new RegExp(`^${used.name}`) }).click();
  await expect(page).toHaveURL(new RegExp(`/keys/${used.id}$`));
});
