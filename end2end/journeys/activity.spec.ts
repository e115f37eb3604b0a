// The calls on a key's page.

import { callFrom, editTogether, learnNetworks, readHeatMap } from "../support/activity.ts";
import { Seeder } from "../support/seed.ts";
import { expect, signIn, test } from "../support/test.ts";

test("the callers of a key are shown, watched and turned into its allow list", async ({ page, server }) => {
  await learnNetworks(page, server);
});

test("the second of two admins who edit a key at once sees the other's changes before saving", async ({ page, server }) => {
  await editTogether(page, server);
});

test("the hours of the week in which a key is used are drawn and listed", async ({ page, server }) => {
  await readHeatMap(page, server);
});

test("addresses that are learned appear on the open page and keep what the admin selected", async ({ page, server }) => {
  const key = await (await Seeder.signIn(server)).createKey("Feed");
  await signIn(page, `/keys/${key.id}`);
  const section = page.getByRole("region", { name: "Allowed IPs" });
  await section.getByRole("button", { name: "Start learning" }).click();
  await expect(section.getByRole("status")).toHaveText(/^No requests since .* Addresses appear here automatically\.$/);
  await expect(section.getByRole("link", { name: "Refresh" })).toBeHidden();

  expect(await callFrom(server, key.secret, "127.0.0.1")).toBe(200);
  const [first, second] = ["127.0.0.1", "127.0.0.2"].map((name) => section.getByRole("checkbox", { name }));
  const soon = { timeout: 15_000 };
  await expect(first!).toBeChecked(soon);
  await expect(section.getByText("1 request, last ")).toBeVisible();
  await first!.uncheck();
  await page.mouse.move(0, 0);
  expect(await callFrom(server, key.secret, "127.0.0.2")).toBe(200);
  await expect(second!, "a new caller is checked, as after a reload").toBeChecked(soon);
  await expect(first!).toBeFocused();
  await expect(first!, "the choice stays").not.toBeChecked();
  await expect(section.getByRole("checkbox", { name: "127.0.0.0/24" }), "the network is the wider choice").not.toBeChecked();
  await expect(section.getByRole("status")).toContainText("2 addresses so far.");

  await section.getByRole("button", { name: "Allow only these" }).click();
  await expect(page.getByText("Allowed IPs saved.")).toBeVisible();
  expect(await callFrom(server, key.secret, "127.0.0.1")).toBe(403);
  expect(await callFrom(server, key.secret, "127.0.0.2")).toBe(200);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("Change undone.")).toBeVisible();
  await expect(async () => expect(await callFrom(server, key.secret, "127.0.0.1")).toBe(200)).toPass();
});

test("addresses appear below the pointer without moving it, and the last use is renewed with them", async ({ page, server }) => {
  const key = await (await Seeder.signIn(server)).createKey("Feed");
  expect(await callFrom(server, key.secret, "127.0.0.1")).toBe(200);
  await page.setViewportSize({ width: 1000, height: 400 });
  await signIn(page, `/keys/${key.id}`);
  const section = page.getByRole("region", { name: "Allowed IPs" });
  await section.getByRole("button", { name: "Start learning" }).click();
  await expect(section.getByRole("checkbox", { name: "127.0.0.1" })).toBeChecked();
  const details = page.getByRole("region", { name: "Details" });
  await expect(details).toContainText("from 127.0.0.1");

  const button = section.getByRole("button", { name: "Allow only these" });
  await button.hover();
  const before = await button.boundingBox();
  expect(await callFrom(server, key.secret, "127.0.0.2")).toBe(200);
  const added = section.getByRole("checkbox", { name: "127.0.0.2" });
  await expect(added).toBeChecked({ timeout: 15_000 });
  await expect(section.getByRole("checkbox", { name: "127.0.0.0/24" })).toBeVisible();
  await expect(details).toContainText("from 127.0.0.2");
  expect((await button.boundingBox())?.y).toBeCloseTo(before?.y ?? 0, 0);

  await button.click();
  await expect(page.getByText("Allowed IPs saved.")).toBeVisible();
  expect(await callFrom(server, key.secret, "127.0.0.2"), "an added address was selected").toBe(200);
});
