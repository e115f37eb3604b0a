// Searching many keys and bulk actions, the same with and without JavaScript.

import { openUntil } from "./activity.ts";
import { call } from "./api.ts";
import { Seeder, type Seeded } from "./seed.ts";
import type { Server } from "./server.ts";
import type { Guard } from "./guard.ts";
import { expect, signIn, type Page } from "./test.ts";

/** Creates four keys, the second of which is revoked. */
export async function seedFour(server: Server): Promise<Record<"feed" | "old" | "crm" | "apple", Seeded>> {
  const seeder = await Seeder.signIn(server);
  const feed = await seeder.createKey("Händler-Feed");
  const old = await seeder.createKey("Old feed");
  await seeder.revoke(old);
  const crm = await seeder.createKey("CRM Sync", { scopes: ["leads:read", "leads:write"] });
  const apple = await seeder.createKey("Apple stock", { scopes: ["inventory:read"] });
  return { feed, old, crm, apple };
}

function names(page: Page): Promise<string[]> {
  return page.getByRole("rowheader").getByRole("link").allInnerTexts();
}

/**
 * Searches, filters and sorts. Each result has its own address, and Back returns to the
 * previous one.
 */
export async function findKeys(page: Page, server: Server): Promise<void> {
  await seedFour(server);
  await signIn(page, "/keys");
  await page.getByRole("searchbox").fill("FEED");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page.getByText("2 keys match")).toBeVisible();
  expect(await names(page)).toEqual(["Händler-Feed", "Old feed"]);
  await expect(page.getByRole("searchbox")).toHaveValue("FEED");

  await page.getByRole("button", { name: "Status" }).click();
  await page.getByRole("link", { name: "Revoked", exact: true }).click();
  await expect(page.getByText("1 key matches")).toBeVisible();
  expect(await names(page)).toEqual(["Old feed"]);
  await expect(page.getByRole("button", { name: "Status: Revoked" })).toBeVisible();
  await expect(page.getByRole("searchbox"), "the search stays").toHaveValue("FEED");
  const address = page.url();
  await page.goto(address);
  expect(await names(page)).toEqual(["Old feed"]);

  await page.getByRole("link", { name: "Remove Status: Revoked" }).click();
  await expect(page.getByText("2 keys match")).toBeVisible();
  await page.getByRole("link", { name: "Clear search" }).click();
  await expect(page.getByText("4 keys, 3 active")).toBeVisible();
  await page.getByRole("link", { name: /^Active \d/ }).click();
  await expect(page.getByText("3 keys match")).toBeVisible();
  await expect(page.getByRole("link", { name: /^Active \d/ })).toHaveAttribute("aria-current", "true");
  await page.getByRole("link", { name: /^All \d/ }).click();
  await expect(page.getByText("4 keys, 3 active")).toBeVisible();
  await page.getByRole("button", { name: "Usage" }).click();
  await page.getByRole("link", { name: "Never used" }).click();
  await expect(page.getByText("4 keys match")).toBeVisible();
  await page.getByRole("link", { name: /^Unused for 30 days \d/ }).click();
  await expect(page.getByText("neither used nor created in the last 30 days")).toBeVisible();
  await page.getByRole("link", { name: /^All \d/ }).click();
  await expect(page.getByText("4 keys, 3 active")).toBeVisible();
  const name = page.getByRole("columnheader", { name: "Name" });
  await name.getByRole("link").click();
  await expect(name).toHaveAttribute("aria-sort", "ascending");
  expect(await names(page)).toEqual(["Apple stock", "CRM Sync", "Händler-Feed", "Old feed"]);
  await name.getByRole("link").click();
  await expect(name).toHaveAttribute("aria-sort", "descending");
  expect(await names(page)).toEqual(["Old feed", "Händler-Feed", "CRM Sync", "Apple stock"]);
  await page.goBack();
  await expect(name).toHaveAttribute("aria-sort", "ascending");
  expect(await names(page)).toEqual(["Apple stock", "CRM Sync", "Händler-Feed", "Old feed"]);
  const expires = page.getByRole("columnheader", { name: "Expires" });
  await expires.getByRole("link").click();
  await expect(expires).toHaveAttribute("aria-sort", "ascending");
  expect(await names(page), "the revoked key is last").toEqual(["Händler-Feed", "CRM Sync", "Apple stock", "Old feed"]);
  await expires.getByRole("link").click();
  await expect(expires).toHaveAttribute("aria-sort", "descending");
  expect(await names(page)).toEqual(["Old feed", "Apple stock", "CRM Sync", "Händler-Feed"]);
}

/** Searches for a status, which no name contains, and finds the keys that have it. */
export async function findByStatus(page: Page, server: Server): Promise<void> {
  await seedFour(server);
  await signIn(page, "/keys");
  await page.getByRole("searchbox").fill("Revoked");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page.getByRole("heading", { name: "No matching keys" })).toBeVisible();
  await page.getByRole("link", { name: "revoked keys" }).click();
  await expect(page.getByText("1 key matches")).toBeVisible();
  expect(await names(page)).toEqual(["Old feed"]);
}

/** Searches without a match, and returns to the whole list. */
export async function findNothing(page: Page, server: Server): Promise<void> {
  await seedFour(server);
  await signIn(page, "/keys?q=warehouse");
  await expect(page.getByRole("heading", { name: "No matching keys" })).toBeVisible();
  await page.getByRole("link", { name: "Show all keys" }).click();
  await expect(page.getByText("4 keys, 3 active")).toBeVisible();
}

/** Creates a revoked key, and makes a call with it. */
async function seedKnocking(server: Server): Promise<void> {
  const { old } = await seedFour(server);
  expect((await call(server, old.secret, "/api/key")).status).toBe(401);
}

const KNOCKING = "1 revoked or expired key is still in use: “Old feed”.";

/** The list and the Dashboard report a revoked key that is still in use, and link to it. */
export async function followKnocking(page: Page, server: Server): Promise<void> {
  await seedKnocking(server);
  await signIn(page, "/keys");
  await openUntil(page, "/keys", KNOCKING);
  await page.getByRole("link", { name: "1 revoked or expired key is still in use" }).click();
  await expect(page.getByText("1 key matches")).toBeVisible();
  expect(await names(page)).toEqual(["Old feed"]);
  await expect(page.getByRole("button", { name: "Status: Revoked or expired but in use" })).toBeVisible();
  await expect(page.getByText(KNOCKING)).toBeHidden();
  await page.goto("/");
  await page.getByRole("link", { name: "Review keys" }).click();
  await expect(page.getByText("1 key matches")).toBeVisible();
}

/** Selects two keys, and revokes them after typing their number. */
export async function revokeSeveral(page: Page, server: Server): Promise<void> {
  const { feed, crm, apple } = await seedFour(server);
  expect((await call(server, crm.secret, "/api/key")).status).toBe(200);
  await signIn(page, "/keys");
  await expect(page.getByRole("button", { name: "Revoke…" })).toBeHidden();
  await page.getByLabel("Select Händler-Feed").check();
  await page.getByLabel("Select CRM Sync").check();
  await page.getByRole("button", { name: "Revoke…" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Revoke 2 keys?");
  const chosen = page.getByRole("listitem").filter({ has: page.getByRole("code") });
  await expect(chosen).toHaveText([/CRM Sync.*Last used/s, /Händler-Feed.*Never used/s]);
  await page.getByRole("button", { name: "Revoke 2 keys" }).click();
  await expect(page.getByLabel("Reason")).toBeFocused();
  await expect(page.getByLabel("Reason")).toHaveAccessibleDescription(/Select a reason/);
  await page.getByLabel("Reason").selectOption("Leaked");
  await page.getByRole("button", { name: "Revoke 2 keys" }).click();
  const count = page.getByLabel("Number of keys");
  await expect(count).toHaveAccessibleDescription(/The number doesn't match. Type 2./);
  await expect(count).toBeFocused();
  await expect(page.getByLabel("Reason")).toHaveValue("leaked");
  await page.getByLabel("Number of keys").fill("2");
  await page.getByRole("button", { name: "Revoke 2 keys" }).click();
  await expect(page.getByText("2 keys revoked.")).toBeVisible();
  for (const key of [feed, crm]) {
    expect((await call(server, key.secret, "/api/key")).status).toBe(401);
  }
  expect((await call(server, apple.secret, "/api/key")).status).toBe(200);
}

/** Stops the creation of keys and revokes all of them, in Settings. */
export async function emergency(page: Page, server: Server): Promise<void> {
  const { feed } = await seedFour(server);
  await signIn(page, "/settings");
  await page.getByRole("link", { name: "Turn off key creation" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Turn off key creation?");
  await expect(page.getByRole("link", { name: "Cancel" })).toBeFocused();
  await page.getByRole("link", { name: "Cancel" }).click();
  await expect(page.getByText("Key creation has been off since")).toBeHidden();
  await page.getByRole("link", { name: "Turn off key creation" }).click();
  await page.getByRole("button", { name: "Turn off key creation" }).click();
  await expect(page.getByText("Key creation has been off since")).toBeVisible();
  await page.goto("/keys");
  await expect(page.getByText("Key creation is turned off.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Create API Key" })).toBeHidden();
  await page.goto("/settings");
  await page.getByRole("link", { name: "Revoke all keys…" }).click();
  await page.getByLabel(/^Type “.+” to confirm$/).fill("Harbour");
  await page.getByRole("button", { name: "Revoke all keys" }).click();
  await expect(page.getByText("The name doesn't match.")).toBeVisible();
  expect((await call(server, feed.secret, "/api/key")).status).toBe(200);
  await page.getByLabel(/^Type “.+” to confirm$/).fill((await page.locator("label[for=confirm]").innerText()).split(/[“”]/)[1] ?? "");
  await page.getByRole("button", { name: "Revoke all keys" }).click();
  await expect(page.getByText("3 keys revoked.")).toBeVisible();
  expect((await call(server, feed.secret, "/api/key")).status).toBe(401);
}

export interface FindStage {
  page: Page;
  server: Server;
  guard: Guard;
}

/** The states of these pages, for the tests that cover every page. */
export const FIND_STATES = [
  {
    name: "keys filtered and chosen",
    open: async ({ page, server }: FindStage) => {
      await seedFour(server);
      await signIn(page, "/keys?q=a&scope=inventory%3Aread&sort=name");
      await page.getByLabel("Select Apple stock").check();
    },
  },
  {
    name: "keys found in vain",
    open: async ({ page, server }: FindStage) => {
      await seedFour(server);
      await signIn(page, "/keys?q=warehouse");
    },
  },
  {
    name: "keys asked for wrongly",
    open: async ({ page, server }: FindStage) => {
      await seedFour(server);
      await signIn(page, "/keys?unused=never");
    },
  },
  {
    name: "keys that are still in use",
    open: async ({ page, server }: FindStage) => {
      await seedKnocking(server);
      await signIn(page, "/keys");
      await openUntil(page, "/keys", KNOCKING);
    },
  },
  {
    name: "several keys",
    shows: "/keys/several",
    open: async ({ page, server }: FindStage) => {
      const { feed, crm, old } = await seedFour(server);
      await signIn(page, `/keys/several?do=revoke&key=${feed.id}&key=${crm.id}&key=${old.id}`);
    },
  },
  {
    name: "found key asked",
    shows: "/keys/found",
    open: async ({ page }: FindStage) => {
      await signIn(page, "/keys/found");
    },
  },
  {
    name: "found key told",
    open: async ({ page, server }: FindStage) => {
      const { crm } = await seedFour(server);
      await signIn(page, "/");
      await page.goto("/keys/found");
      await page.evaluate(async (secret) => {
        const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret));
        const digest = Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
        const field = document.querySelector<HTMLInputElement>("#digest");
        if (field?.form) {
          field.value = digest;
          field.form.submit();
        }
      }, crm.secret);
      await expect(page.getByRole("heading", { name: "This is “CRM Sync”" })).toBeVisible();
    },
  },
  {
    name: "stop creating keys",
    open: async ({ page }: FindStage) => {
      await signIn(page, "/");
      await page.goto("/settings?ask=stop");
    },
  },
  {
    name: "revoke all keys",
    shows: "/keys/revoke-all",
    open: async ({ page, server }: FindStage) => {
      await seedFour(server);
      await signIn(page, "/keys/revoke-all");
    },
  },
];

