// Tasks around the calls on a key's page, the same with and without JavaScript.

import { request } from "node:http";
import { call } from "./api.ts";
import { Seeder, sql, type Seeded } from "./seed.ts";
import type { Server } from "./server.ts";
import { expect, signIn, type Page } from "./test.ts";

/** Reloads a page until it shows the text: outcomes of calls are written every two seconds. */
export async function openUntil(page: Page, path: string, text: string | RegExp): Promise<void> {
  await expect(async () => {
    await page.goto(path);
    await expect(page.getByText(text).first()).toBeVisible({ timeout: 100 });
  }).toPass({ timeout: 9_000, intervals: [200] });
}

/** Reads who calls with a key, watches its networks, and refuses all others. */
export async function learnNetworks(page: Page, server: Server): Promise<void> {
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("Feed");
  await call(server, key.secret, "/api/inventory");
  const path = `/keys/${key.id}`;
  await signIn(page, "/keys");
  // Counts and callers are written one after the other.
  await expect(async () => {
    await page.goto(path);
    const soon = { timeout: 100 };
    await expect(page.getByRole("region", { name: "Requests", exact: true })).toContainText("1 request, 0 rejected", soon);
    await expect(page.getByRole("region", { name: "Sources" })).toContainText("feed-robot/1.0", soon);
  }).toPass({ timeout: 9_000, intervals: [200] });
  await expect(page.getByRole("radiogroup", { name: "Requests per day over the last 7 days" })).toBeVisible();
  await page.getByRole("link", { name: "24 hours" }).click();
  await expect(page.getByRole("radiogroup", { name: "Requests per hour over the last 24 hours" })).toBeVisible();
  await expect(page.getByRole("link", { name: "24 hours" })).toHaveAttribute("aria-current", "true");

  const networks = page.getByRole("region", { name: "Allowed IPs" });
  await networks.getByRole("button", { name: "Start learning" }).click();
  await expect(networks, "addresses that are known already are listed").toContainText("Addresses seen so far");
  await expect(networks.getByRole("checkbox", { name: "127.0.0.1" })).toBeChecked();
  await networks.getByRole("button", { name: "Allow only these" }).click();
  await expect(page.getByText("Allowed IPs saved. Requests from other addresses are rejected.")).toBeVisible();
  await expect(networks).toContainText("127.0.0.1");
  expect((await call(server, key.secret, "/api/inventory")).status).toBe(200);

  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByLabel("Allowed IPs").fill("203.0.113.0/24");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("This would block 127.0.0.1")).toBeVisible();
  await page.getByLabel("I understand that these requests will be rejected").check();
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Changes saved.")).toBeVisible();
  expect(await call(server, key.secret, "/api/inventory")).toMatchObject({ status: 403, body: { code: "ip_not_allowed" } });
  await openUntil(page, path, "Rejected sources");
}

/** Calls the API from an address of this machine, and returns the status. */
export function callFrom(server: Server, secret: string, localAddress: string): Promise<number | undefined> {
  const options = { localAddress, headers: { "X-API-Key": secret } };
  return new Promise((resolve, reject) => {
    request(`${server.url}/api/inventory`, options, (response) => resolve(response.resume().statusCode))
      .on("error", reject)
      .end();
  });
}

/** Reads the hours of the week in which a key is used, from the heat map and from its table. */
export async function readHeatMap(page: Page, server: Server): Promise<void> {
  const key = await (await Seeder.signIn(server)).createKey("Feed");
  await signIn(page, `/keys/${key.id}`);
  const section = page.getByRole("region", { name: "Requests by hour of the week" });
  await expect(section, "there is nothing to draw yet").toHaveCount(0);
  // 12 requests on three Mondays from 09:00 to 10:00 UTC.
  const [hour, day] = [3_600_000, 86_400_000];
  const monday = new Date();
  monday.setUTCHours(9, 0, 0, 0);
  const last = monday.getTime() - (((monday.getUTCDay() + 6) % 7) + 7) * day;
  const counts = [0, 1, 2].map((weeks) => [last - weeks * 7 * day + hour / 4, 4, key.id]);
  sql(server, "INSERT INTO key_calls (account_id, key_id, hour, outcome, calls) SELECT account_id, id, ?, 'accepted', ? FROM api_keys WHERE id = ?", ...counts);
  await page.reload();
  const map = section.getByRole("img", { name: "Requests by hour of the week" });
  await expect(map).toHaveAccessibleDescription("Busiest hour: Monday from 09:00 to 10:00, with 12 requests in 4 weeks.");
  const cell = map.locator("[data-level]").nth(9);
  await expect(cell).toHaveAttribute("data-level", "4");
  await expect(cell.getByText("12 requests")).toBeHidden();
  await cell.hover();
  await expect(cell.getByText("12 requests")).toBeVisible();
  await expect(map.locator('[data-level]:not([data-level="0"])')).toHaveCount(1);
  await section.getByText("Show as table").focus();
  await page.keyboard.press("Enter");
  const row = section.getByRole("table").getByRole("row", { name: /^09:00/ });
  await expect(row.getByRole("cell")).toHaveText(["12", "0", "0", "0", "0", "0", "0"]);
}

/** Saves a form that another admin's edit has overtaken. */
export async function editTogether(page: Page, server: Server): Promise<void> {
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("Feed");
  await signIn(page, `/keys/${key.id}/edit`);
  await page.getByLabel("Note").fill("Kept in the vault");
  await seeder.send(`/keys/${key.id}/edit`, { name: "Renamed by another", scopes: "inventory:read" });
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByRole("alert")).toContainText("Name: “Feed” is now “Renamed by another”.");
  await expect(page.getByLabel("Note")).toHaveValue("Kept in the vault");
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Renamed by another");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Changes saved.")).toBeVisible();
  await expect(page.getByText("Kept in the vault").first()).toBeVisible();
  await expect(page.getByText("Name: Renamed by another → Feed")).toHaveCount(0);
}

/** Simulates a month of calls with a key, from several places. */
export function callFromManyPlaces(server: Server, key: Seeded): void {
  const [hour, day] = [3_600_000, 86_400_000];
  const now = Math.floor(Date.now() / hour) * hour;
  const counts: (string | number)[][] = [];
  for (let ago = 0; ago < 30 * 24; ago += 3) {
    counts.push([now - ago * hour, "accepted", 40 + ((ago * 37) % 53), key.id]);
    if (ago % 21 === 0) counts.push([now - ago * hour, "missing_scope", 9 + (ago % 17), key.id]);
  }
  sql(server, "INSERT INTO key_calls (account_id, key_id, hour, outcome, calls) SELECT account_id, id, ?, ?, ? FROM api_keys WHERE id = ?", ...counts);
  const callers: [string, string, string, number][] = [
    ["accepted", "203.0.113.7", "dealer-feed/2.4 (Linux x86_64)", 4_821],
    ["accepted", "2001:db8:85a3::8a2e:370:7334", "dealer-feed/2.4 (Linux x86_64)", 96],
    ["accepted", "198.51.100.23", "curl/8.5.0", 3],
    ["ip_not_allowed", "192.0.2.61", "python-requests/2.32.3", 17],
  ];
  const rows = callers.map(([outcome, ip, agent, calls], index) => [outcome, ip, agent, now - 21 * day, Date.now() - index * 50 * 60_000, calls, key.id]);
  sql(
    server,
    "INSERT INTO key_callers (account_id, key_id, outcome, ip, user_agent, first_seen, last_seen, calls) " +
      "SELECT account_id, id, ?, ?, ?, ?, ?, ? FROM api_keys WHERE id = ?",
    ...rows,
  );
  for (const [network, only] of [["203.0.113.0/24", "203.0.113.7"], ["2001:db8:85a3::/64", null], ["198.51.100.0/24", null]] as const)
    sql(
      server,
      "INSERT INTO key_networks (account_id, key_id, network, only_ip, first_seen, last_seen) SELECT account_id, id, ?, nullif(?, ''), ?, ? FROM api_keys WHERE id = ?",
      [network, only ?? "", now - 21 * day, Date.now() - 60_000, key.id],
    );
  sql(server, "UPDATE api_keys SET scope_uses = ?, first_network_at = ?, new_network_at = ? WHERE id = ?", [
    `inventory:read=${Date.now() - 60_000}`,
    now - 61 * day,
    now - 2 * day,
    key.id,
  ]);
}

/** Simulates a watch of a key's networks that began a week ago. */
export function watch(server: Server, key: Seeded): void {
  sql(server, "UPDATE api_keys SET watched_since = ? WHERE id = ?", [Date.now() - 7 * 86_400_000, key.id]);
}
