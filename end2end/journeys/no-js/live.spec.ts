// A new key, with JavaScript switched off: a frame in the page shows the progress of its first
// call.

import { call } from "../../support/api.ts";
import { expect, signIn, test } from "../../support/test.ts";

test("the page that shows a key waits for its first call and explains a refused one", async ({ page, server }) => {
  await signIn(page, "/keys/new");
  await page.getByLabel("Name").fill("Inventory Integration");
  await page.getByRole("checkbox", { name: "inventory:read" }).check();
  await page.getByRole("button", { name: "Create API Key" }).click();
  const secret = await page.getByLabel("API key").inputValue();
  const frame = page.frameLocator("iframe");
  await expect(frame.getByText("Waiting for your first request…")).toBeVisible();
  await call(server, secret.slice(0, 38), "/api/inventory");
  await expect(frame.getByText("The key was incomplete: 38 of 52 characters.")).toBeVisible();
  await call(server, secret, "/api/inventory");
  await expect(frame.getByText("First request received.")).toBeVisible();
  await expect(page.getByLabel("API key")).toHaveValue(secret);
  // The system has the key, so the frame offers to leave the page without the check box.
  await frame.getByRole("link", { name: "Go to API Keys" }).click();
  await expect(page).toHaveURL(`${server.url}/keys`);
  await expect(page.getByRole("row", { name: /Inventory Integration/ })).toBeVisible();
});
