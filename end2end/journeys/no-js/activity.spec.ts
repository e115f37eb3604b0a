// The calls on a key's page, with JavaScript switched off.

import { callFrom, editTogether, learnNetworks, readHeatMap } from "../../support/activity.ts";
import { Seeder } from "../../support/seed.ts";
import { expect, signIn, test } from "../../support/test.ts";

test("the callers of a key are shown, watched and turned into its allow list", async ({ page, server }) => {
  await learnNetworks(page, server);
});

test("the second of two admins who edit a key at once sees the other's changes before saving", async ({ page, server }) => {
  await editTogether(page, server);
});

test("the hours of the week in which a key is used are drawn and listed", async ({ page, server }) => {
  await readHeatMap(page, server);
});

test("a link refreshes the addresses that are learned", async ({ page, server }) => {
  const key = await (await Seeder.signIn(server)).createKey("Feed");
  await signIn(page, `/keys/${key.id}`);
  const section = page.getByRole("region", { name: "Allowed IPs" });
  await section.getByRole("button", { name: "Start learning" }).click();
  await expect(section.getByText(/^No requests since [^.]*\.$/)).toBeVisible();
  expect(await callFrom(server, key.secret, "127.0.0.2")).toBe(200);
  await expect(async () => {
    await section.getByRole("link", { name: "Refresh" }).click();
    await expect(section.getByRole("checkbox", { name: "127.0.0.2" })).toBeChecked({ timeout: 100 });
  }).toPass({ timeout: 9_000, intervals: [200] });
});

test("an address that calls after the list was shown is listed before it is excluded", async ({ page, server }) => {
  const key = await (await Seeder.signIn(server)).createKey("Feed");
  expect(await callFrom(server, key.secret, "127.0.0.1")).toBe(200);
  await signIn(page, `/keys/${key.id}`);
  const section = page.getByRole("region", { name: "Allowed IPs" });
  await section.getByRole("button", { name: "Start learning" }).click();
  await expect(section.getByRole("checkbox", { name: "127.0.0.1" })).toBeChecked();
  expect(await callFrom(server, key.secret, "127.0.0.2")).toBe(200);
  const allow = section.getByRole("button", { name: "Allow only these" });
  await allow.click();
  await expect(section.getByText(/^1 address used this key after this list was shown/)).toBeVisible();
  const added = section.getByRole("checkbox", { name: "127.0.0.2 New" });
  await expect(added).toBeFocused();
  await expect(added).toBeChecked();
  await allow.click();
  await expect(page.getByText("Allowed IPs saved.")).toBeVisible();
  expect(await callFrom(server, key.secret, "127.0.0.2")).toBe(200);
});
