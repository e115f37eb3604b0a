// Rejected requests: the list, its filters and the reason for one, the same with and without
// JavaScript.

import { Seeder, demoteOwner, type Seeded } from "./seed.ts";
import type { Server } from "./server.ts";
import type { State } from "./states.ts";
import { expect, signIn, type Page } from "./test.ts";

/** Makes a call with any text as its key, and returns the request id. */
export async function refusedCall(server: Server, key: string, path = "/api/inventory"): Promise<string> {
  const answer = await fetch(server.url + path, { headers: { "X-API-Key": key } });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  return answer.headers.get("x-request-id") ?? "";
}

/** Opens the list, and reloads it until it has this many rows: calls are written every two seconds. */
export async function openList(page: Page, path: string, count: number): Promise<void> {
  await expect(async () => {
    await page.goto(path);
    await expect(page.getByRole("rowheader")).toHaveCount(count, { timeout: 100 });
  }).toPass({ timeout: 7_000, intervals: [200] });
}

/** Goes from the Dashboard to the reason for a refused call of an integration. */
export async function lookUp(page: Page, server: Server): Promise<void> {
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("Feed");
  const cut = await refusedCall(server, key.secret.slice(0, 38));
  const scope = await refusedCall(server, key.secret, "/api/leads");
  await signIn(page, "/");
  await page.getByRole("link", { name: "Look up its request ID" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Requests" })).toBeVisible();
  await page.getByLabel("Request ID").fill("no id");
  await page.getByRole("button", { name: "Look up" }).click();
  await expect(page.getByLabel("Request ID")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Request ID")).toHaveValue("no id");
  await page.getByLabel("Request ID").fill(cut);
  await page.getByRole("button", { name: "Look up" }).click();
  await expect(page.getByText("The key was incomplete: 38 of 52 characters.")).toBeVisible();
  await page.getByLabel("Request ID").fill(scope);
  await page.getByRole("button", { name: "Look up" }).click();
  await expect(page.getByText("The key was missing the permission leads:read")).toBeVisible();
  await page.getByRole("link", { name: "Feed", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Feed" })).toBeVisible();
}

/** Filters the list, opens the reason for a refused call, and changes the key. */
export async function filterAndFix(page: Page, server: Server): Promise<void> {
  const seeder = await Seeder.signIn(server);
  const feed = await seeder.createKey("Feed");
  const sync = await seeder.createKey("CRM Sync", { scopes: ["leads:read"] });
  await refusedCall(server, feed.secret, "/api/leads");
  await refusedCall(server, sync.secret, "/api/inventory");
  await refusedCall(server, sync.secret, "/api/leads?limit=no");
  await signIn(page, "/");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Requests" }).click();
  await openList(page, "/requests", 3);
  const rows = page.getByRole("rowheader");

  await page.getByRole("link", { name: "CRM Sync: show only this key" }).first().click();
  await expect(rows).toHaveText(["GET /api/leads", "GET /api/inventory"]);
  await page.getByRole("button", { name: "Reason" }).click();
  await page.getByRole("link", { name: "Missing permission (1)" }).click();
  await expect(rows).toHaveText(["GET /api/inventory"]);
  await page.getByRole("link", { name: "Remove Key: CRM Sync" }).click();
  await expect(rows).toHaveText(["GET /api/inventory", "GET /api/leads"]);
  await expect(page).toHaveURL(/\/requests\?reason=missing_scope$/);

  await rows.getByRole("link", { name: "GET /api/leads" }).click();
  await expect(page.getByText("The key was missing the permission leads:read")).toBeVisible();
  await page.getByRole("link", { name: "All rejected requests" }).click();
  await expect(page).toHaveURL(/\/requests\?reason=missing_scope$/);
  await page.getByRole("link", { name: "Add permission leads:read to Feed" }).click();
  await expect(page.getByText("leads:read is selected.")).toBeVisible();
  await expect(page.getByRole("checkbox", { name: /leads:read/ })).toBeChecked();
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Changes saved.")).toBeVisible();
  expect((await fetch(`${server.url}/api/leads`, { headers: { "X-API-Key": feed.secret } })).status).toBe(200);

  await page.goto("/requests");
  await expect(page.getByRole("link", { name: /^Add permission/ })).toHaveCount(1);
  await expect(page.getByRole("link", { name: "Add permission inventory:read to CRM Sync" })).toBeVisible();
  const fixed = page.getByRole("row").filter({ hasText: "Feed" });
  await expect(fixed.getByText("Fixed", { exact: true })).toBeVisible();
  await expect(page.getByText("Fixed", { exact: true })).toHaveCount(1);
}

/** Shows rejected requests that come while the list is open, in the frame of a page without script. */
export async function followFrame(page: Page, server: Server): Promise<void> {
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("Feed");
  await signIn(page, "/requests");
  await expect(page.getByRole("heading", { name: "No rejected requests" })).toBeVisible();
  await expect(page.getByText("New rejected requests appear automatically.")).toBeHidden();
  const frame = page.frameLocator("iframe[title='New rejected requests']");
  await expect(frame.getByText("No newer rejected requests")).toBeVisible();
  await refusedCall(server, key.secret, "/api/leads");
  await frame.getByRole("link", { name: "1 new rejected request – show" }).click({ timeout: 15_000 });
  await expect(page.getByRole("rowheader")).toHaveText(["GET /api/leads"]);
  await expect(frame.getByText("No newer rejected requests")).toBeVisible();
}

/** Creates refused calls for many reasons, one of them with the longest texts. */
async function seedRefusals(server: Server): Promise<Seeded> {
  const seeder = await Seeder.signIn(server);
  const feed = await seeder.createKey("Inventory Integration of the branch in Wolfsburg");
  const sync = await seeder.createKey("CRM Sync", { scopes: ["leads:read"] });
  await refusedCall(server, feed.secret, "/api/leads");
  await refusedCall(server, sync.secret, "/api/leads?limit=no");
  await refusedCall(server, sync.secret, "/api/leads/0198c2a0-0000-7000-8000-000000000000");
  await refusedCall(server, sync.secret.slice(0, 38));
  await seeder.send(`/keys/${sync.id}/pause`, {});
  await refusedCall(server, sync.secret, "/api/leads");
  const edit = { name: feed.name, scopes: "inventory:read", allow_list: "203.0.113.0/24" };
  await seeder.send(`/keys/${feed.id}/edit`, { ...edit, shut_out: "yes" });
  await refusedCall(server, feed.secret, "/api/inventory/SKU001");
  return feed;
}

export const REQUEST_STATES: State[] = [
  {
    name: "requests with a new one",
    open: async ({ page, server }) => {
      await seedRefusals(server);
      await signIn(page, "/");
      await openList(page, "/requests", 6);
      const key = await (await Seeder.signIn(server)).createKey("Partner Export");
      await refusedCall(server, key.secret, "/api/leads");
      await expect(page.getByRole("rowheader")).toHaveCount(7, { timeout: 15_000 });
    },
  },
  {
    name: "requests empty",
    open: async ({ page }) => {
      await signIn(page, "/requests");
    },
  },
  {
    name: "requests",
    shows: "/requests",
    open: async ({ page, server }) => {
      await seedRefusals(server);
      await signIn(page, "/");
      await openList(page, "/requests", 6);
    },
  },
  {
    name: "requests filtered",
    open: async ({ page, server }) => {
      const { id } = await seedRefusals(server);
      demoteOwner(server);
      await signIn(page, "/");
      await openList(page, `/requests?key=${id}`, 2);
    },
  },
  {
    name: "requests without a match",
    open: async ({ page }) => {
      await signIn(page, "/requests?reason=paused_key&address=203.0.113.7");
      await expect(page.getByRole("heading", { name: "No matching requests" })).toBeVisible();
    },
  },
  {
    name: "request explained",
    open: async ({ page, server }) => {
      const key = await (await Seeder.signIn(server)).createKey("Feed");
      const id = await refusedCall(server, key.secret, "/api/leads");
      await signIn(page, `/requests?id=${id}`);
      await expect(page.getByText("The key was missing the permission")).toBeVisible();
    },
  },
  {
    name: "request not found",
    open: async ({ page }) => {
      await signIn(page, "/requests?id=abc");
      await expect(page.getByLabel("Request ID")).toHaveAttribute("aria-invalid", "true");
    },
  },
];
