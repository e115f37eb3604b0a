// The number of selected keys, with JavaScript switched off.

import { seedFour } from "../../support/find.ts";
import { expect, signIn, test } from "../../support/test.ts";

test("CSS counts the selected keys", async ({ page, server }) => {
  await seedFour(server);
  await signIn(page);
  await expect(page.getByLabel("Select all on this page"), "nothing would select them").toBeHidden();
  await page.getByLabel("Select Händler-Feed").check();
  await page.getByLabel("Select CRM Sync").check();
  // Generated content is in the browser's accessibility tree, but in no property of the document.
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  const texts = nodes.filter(({ role }) => role?.value === "StaticText").map(({ name }) => String(name?.value).trim());
  expect(texts[texts.indexOf("selected") - 1]).toBe("2");
});
