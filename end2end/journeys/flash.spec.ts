// The result of a form is reported once, and never because of an address.

import { seedFour } from "../support/find.ts";
import { expect, signIn, test } from "../support/test.ts";

test("a URL reports nothing, and the result of an action is reported once", async ({ page, server }) => {
  const { feed } = await seedFour(server);
  await signIn(page);
  await page.goto("/keys?done=revoke&number=999");
  await expect(page).toHaveURL(`${server.url}/keys`);
  await expect(page.getByText("4 keys, 3 active")).toBeVisible();
  await expect(page.getByText("999")).toHaveCount(0);

  await page.goto(`/keys/several?do=pause&key=${feed.id}`);
  await page.getByLabel("Number of keys").fill("1");
  await page.getByRole("button", { name: "Pause 1 key" }).click();
  await expect(page.getByText("1 key paused.")).toBeVisible();
  await expect(page).toHaveURL(`${server.url}/keys`);
  await page.reload();
  await expect(page.getByText("4 keys, 2 active")).toBeVisible();
  await expect(page.getByText("1 key paused.")).toHaveCount(0);
});
