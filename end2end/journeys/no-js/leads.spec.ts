// Leads, with JavaScript switched off.

import { seedLeads } from "../../support/states.ts";
import { expect, signIn, test } from "../../support/test.ts";

test("leads are paged by links, newest change first, and their messages open", async ({ page, server }) => {
  await seedLeads(server, 55);
  await signIn(page, "/leads");
  const row = (number: number) => page.getByRole("row").filter({ has: page.getByText(`Grace Hopper ${number}`, { exact: true }) });
  await expect(page.getByText("55 leads")).toBeVisible();
  await expect(page.getByRole("rowheader").first()).toContainText("Grace Hopper 55");
  await expect(page.getByRole("rowheader")).toHaveCount(50);
  const message = row(55).getByText("Is the estate still there?");
  await expect(message).toBeHidden();
  await row(55).getByText("Message", { exact: true }).click();
  await expect(message).toBeVisible();
  await page.getByRole("link", { name: "Next page" }).click();
  await expect(page.getByRole("rowheader")).toHaveCount(5);
  await expect(row(1)).toContainText("Contacted");
  await page.getByRole("link", { name: "First page" }).click();
  await expect(row(55)).toBeVisible();
});
