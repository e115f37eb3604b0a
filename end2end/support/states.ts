// Every page and every open dialog, and how to get there. Accessibility, layout and the screenshots
// go through this list. It has each page of the table by itself; add the states that need more than
// an address. States that do not wait for hydration are sent without script.

import { readFileSync } from "node:fs";
import { expect, type Page } from "@playwright/test";
import { FIND_STATES } from "./find.ts";
import type { Guard } from "./guard.ts";
import { callFromManyPlaces, openUntil, watch } from "./activity.ts";
import { call, push, send } from "./api.ts";
import { AUDIT_STATES } from "./audit.ts";
import { FACTOR_STATES } from "./factor.ts";
import { IMPORT_STATES } from "./import.ts";
import { Keys } from "./keys.ts";
import { REQUEST_STATES } from "./requests.ts";
import { RESTORED_STATES } from "./restored.ts";
import { seedRotation } from "./rotate.ts";
import { Seeder, callForAMonth, demoteOwner, endSoon, expire, forgetCalls, use, type Seeded } from "./seed.ts";
import type { Server } from "./server.ts";
import { TEAM_STATES } from "./team.ts";
import { endSession, gotoHydrated, hydrated, signIn } from "./test.ts";

export interface Stage {
  page: Page;
  server: Server;
  guard: Guard;
}

export interface State {
  name: string;
  /** The path of the page that the state represents, as in the table of pages. */
  shows?: string;
  firstOwner?: "is made by link";
  open: (stage: Stage) => Promise<void>;
}

/**
 * Creates keys of every status: two active ones, one of them just used, one expired and one
 * revoked.
 */
export async function seedKeys(server: Server): Promise<Record<"used" | "unused" | "expired" | "revoked", Seeded>> {
  const seeder = await Seeder.signIn(server);
  const expired = await seeder.createKey("Trade fair demo", { scopes: ["inventory:read"] });
  expire(server, expired);
  const revoked = await seeder.createKey("Old website feed");
  await seeder.revoke(revoked);
  const used = await seeder.createKey("Inventory Integration");
  use(server, used);
  const unused = await seeder.createKey("CRM Sync", { scopes: ["leads:read", "leads:write"], expires: "never" });
  return { used, unused, expired, revoked };
}

export async function seedItems(server: Server, count: number): Promise<void> {
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("Inventory Integration");
  const models = ["Honda Accord 2024", "Škoda Octavia Combi", "BMW 320d Touring xDrive M Sport Shadow Line Edition"];
  const items = Array.from({ length: count }, (_, index) => ({
    id: `SKU${String(index + 1).padStart(3, "0")}`,
    name: models[index % models.length],
    category: index % 4 === 3 ? undefined : "Sedan",
    price: index % 5 === 4 ? undefined : 32_500 + index,
    available: index % 6 !== 5,
  }));
  // A feed has at most 5,000 items.
  for (let from = 0; from < count; from += 5_000) {
    const feed = items.slice(from, from + 5_000);
    const answer = await push(server, key.secret, feed);
    expect(answer).toMatchObject({ status: 200, body: { created: feed.length } });
  }
}

/** An item with every field, and an id with characters that are encoded in addresses. */
export const ITEM = {
  id: "VW/17 50%",
  name: "VW Golf Variant 1.5 TSI, the estate of the managing director",
  category: "Estate",
  price: 18_990.5,
  currency: "EUR",
  description: "One owner, serviced regularly.\nNo smoker.",
  url: "https://example.com/cars/golf-variant?utm_source=feed&utm_medium=inventory",
  image_url: "https://example.com/images/golf-variant.jpg",
  available: false,
  attributes: { Brand: "VW", Model: "Golf Variant", "First registration": "2021-03", Mileage: "42,000 km" },
};

export async function seedItem(server: Server): Promise<void> {
  const key = await (await Seeder.signIn(server)).createKey("Feed");
  expect(await push(server, key.secret, [ITEM])).toMatchObject({ status: 200, body: { created: 1 } });
}

/**
 * Creates leads with as many and as few fields as possible, numbered from 1, the last one newest.
 * Returns a key.
 */
export async function seedLeads(server: Server, count: number): Promise<Seeded> {
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("CRM Sync", { scopes: ["leads:read", "leads:write"] });
  const full = {
    email: "grace.hopper@navy-and-sons.example",
    phone: "+1 202 555 0143",
    message: "Is the estate still there?\nI could come on Friday at four, or on Saturday before noon.",
    source: "chatbot",
    item_id: "SKU001",
    note: "Prefers to be called in the evening",
  };
  const statuses = ["new", "contacted", "won", "lost"];
  for (let number = 1; number <= count; number += 1) {
    const bare = number % 4 === 2;
    const lead = bare ? { phone: `0${number}` } : { ...full, name: `Grace Hopper ${number}`, status: statuses[number % 4] };
    expect((await send(server, key.secret, lead)).status).toBe(201);
  }
  return key;
}

async function openKeys({ page, server }: Stage): Promise<{ keys: Keys; seeded: Awaited<ReturnType<typeof seedKeys>> }> {
  const seeded = await seedKeys(server);
  await signIn(page);
  await hydrated(page);
  return { keys: new Keys(page), seeded };
}

async function openEmpty({ page }: Stage): Promise<Keys> {
  await signIn(page);
  await hydrated(page);
  return new Keys(page);
}

/** Creates a month of calls, and some of every other kind of data. */
export async function seedDashboard(server: Server): Promise<void> {
  const { used, unused } = await seedKeys(server);
  endSoon(server, unused);
  await seedItems(server, 60);
  await seedLeads(server, 7);
  callForAMonth(server, used);
}

/**
 * Opens the Dashboard and reloads it until it shows the text: counts are written every two seconds.
 */
async function openDashboard(page: Page, tells: RegExp): Promise<void> {
  await signIn(page, "/");
  await expect(async () => {
    await page.goto("/");
    await expect(page.getByText(tells).first()).toBeVisible({ timeout: 100 });
  }).toPass({ timeout: 7_000, intervals: [200] });
}

const OWN_STATES: State[] = [
  {
    name: "sign in",
    shows: "/sign-in",
    open: async ({ page }) => {
      await page.goto("/sign-in");
    },
  },
  {
    name: "sign in after a session that has ended",
    open: async ({ page }) => {
      await signIn(page);
      await endSession(page.context());
      await page.goto("/leads");
      await expect(page.getByText("Your session has ended.")).toBeVisible();
    },
  },
  {
    name: "sign in refused",
    open: async ({ page }) => {
      await page.goto("/sign-in");
      await page.getByLabel("Email").fill("ada@harbour-cars.example");
      await page.getByLabel("Password").fill("not the password");
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect(page.getByRole("alert")).toBeVisible();
    },
  },
  {
    name: "set up",
    shows: "/setup/{token}",
    firstOwner: "is made by link",
    open: async ({ page, server }) => {
      await page.goto(server.setupLink);
    },
  },
  {
    name: "set up refused",
    firstOwner: "is made by link",
    open: async ({ page, server }) => {
      await page.goto(server.setupLink);
      await page.getByLabel("Account name").fill("Harbour Cars");
      await page.getByLabel("Email").fill("ada@harbour-cars.example");
      await page.getByLabel("Password").fill("password1234");
      await page.getByLabel("Default currency").selectOption("USD");
      await page.getByRole("button", { name: "Create account" }).click();
      await expect(page.getByLabel("Password")).toHaveAttribute("aria-invalid", "true");
    },
  },
  {
    name: "dashboard at first",
    open: async ({ page }) => {
      await signIn(page, "/");
    },
  },
  {
    name: "dashboard half way",
    open: async ({ page, server }) => {
      const seeder = await Seeder.signIn(server);
      const key = await seeder.createKey("CRM Sync", { scopes: ["leads:read"] });
      await call(server, key.secret, "/api/key");
      await call(server, key.secret, "/api/inventory");
      await openDashboard(page, /2 of 3 steps done/);
    },
  },
  {
    name: "dashboard",
    shows: "/",
    open: async ({ page, server }) => {
      await seedDashboard(server);
      await openDashboard(page, /Revoked key/);
      await page.getByText("Show as table").click();
    },
  },
  {
    name: "dashboard without calls",
    open: async ({ page, server }) => {
      await seedItems(server, 2);
      await openDashboard(page, /1 request/);
      forgetCalls(server);
      await page.goto("/");
      await expect(page.getByText("No requests in the last 30 days.")).toBeVisible();
    },
  },
  {
    name: "dashboard of a viewer",
    open: async ({ page, server }) => {
      demoteOwner(server);
      await signIn(page, "/");
    },
  },
  {
    name: "keys empty",
    open: async (stage) => {
      await openEmpty(stage);
    },
  },
  {
    name: "keys",
    shows: "/keys",
    open: async (stage) => {
      const { keys } = await openKeys(stage);
      await expect(keys.table.getByRole("rowheader")).toHaveCount(4);
    },
  },
  {
    name: "create dialog",
    open: async (stage) => {
      const keys = await openEmpty(stage);
      const dialog = await keys.openCreate();
      await dialog.getByLabel("Name").fill("Test");
    },
  },
  {
    name: "create dialog no expiry",
    open: async (stage) => {
      const { keys } = await openKeys(stage);
      const dialog = await keys.openCreate();
      await dialog.getByLabel("Name").fill("CRM Sync");
      await dialog.getByRole("button", { name: "CRM sync" }).click();
      await dialog.getByLabel("Expiration", { exact: true }).selectOption("No expiration");
    },
  },
  {
    name: "create dialog refused",
    open: async (stage) => {
      const keys = await openEmpty(stage);
      const dialog = await keys.openCreate();
      await dialog.getByRole("button", { name: "Create API Key" }).click();
      await expect(dialog.getByLabel("Name")).toHaveAttribute("aria-invalid", "true");
    },
  },
  {
    name: "save step",
    open: async (stage) => {
      await (await openEmpty(stage)).create("Inventory Integration");
    },
  },
  {
    name: "save step told why a call was refused",
    open: async (stage) => {
      const secret = await (await openEmpty(stage)).create("Inventory Integration");
      await call(stage.server, secret.slice(0, 38), "/api/inventory");
      await expect(stage.page.getByText("38 of 52 characters")).toBeVisible();
    },
  },
  {
    name: "save step told of the first call",
    open: async (stage) => {
      const secret = await (await openEmpty(stage)).create("Inventory Integration");
      await call(stage.server, secret, "/api/inventory");
      await expect(stage.page.getByText("First request received.")).toBeVisible();
    },
  },
  {
    name: "save step asks",
    open: async (stage) => {
      await (await openEmpty(stage)).create("Inventory Integration");
      await stage.page.keyboard.press("Escape");
      await expect(stage.page.getByText("Leave without saving the key?")).toBeVisible();
    },
  },
  {
    name: "revoke dialog",
    open: async (stage) => {
      const { keys, seeded } = await openKeys(stage);
      await keys.openRevoke(seeded.unused.name);
      await expect(keys.revokeDialog(seeded.unused.name)).toBeVisible();
    },
  },
  {
    name: "revoked with a receipt",
    open: async (stage) => {
      const { keys, seeded } = await openKeys(stage);
      await keys.openRevoke(seeded.unused.name);
      await keys.revokeDialog(seeded.unused.name).getByLabel("Reason").selectOption("Unused");
      await keys.revokeDialog(seeded.unused.name).getByRole("button", { name: "Revoke key" }).click();
      await expect(keys.receipt).toBeVisible();
    },
  },
  {
    name: "key revoked with a receipt",
    open: async ({ page, server }) => {
      const { unused } = await seedKeys(server);
      await signIn(page, `/keys/${unused.id}/revoke`);
      await page.getByLabel("Reason").selectOption("Unused");
      await page.getByRole("button", { name: "Revoke key" }).click();
      await expect(page.getByText("Rejected on 1 of 1 node")).toBeVisible();
    },
  },
  {
    name: "revoke dialog with name",
    open: async (stage) => {
      const { keys, seeded } = await openKeys(stage);
      await keys.openRevoke(seeded.used.name);
      const dialog = keys.revokeDialog(seeded.used.name);
      await dialog.getByLabel(/^Type “.+” to confirm$/).fill("something else");
      await dialog.getByRole("button", { name: "Revoke key" }).click();
      await expect(dialog.getByLabel(/^Type “.+” to confirm$/)).toHaveAttribute("aria-invalid", "true");
    },
  },
  {
    name: "new key page",
    shows: "/keys/new",
    open: async ({ page }) => {
      await signIn(page, "/keys/new");
    },
  },
  {
    name: "revoke page",
    shows: "/keys/{id}/revoke",
    open: async ({ page, server }) => {
      const { used } = await seedKeys(server);
      await signIn(page, `/keys/${used.id}/revoke`);
    },
  },
  {
    name: "revoke page of an ended key",
    open: async ({ page, server }) => {
      const { revoked } = await seedKeys(server);
      await signIn(page, `/keys/${revoked.id}/revoke`);
    },
  },
  {
    name: "several keys about to be revoked",
    shows: "/keys/several",
    open: async ({ page, server }) => {
      const { used, unused, revoked } = await seedKeys(server);
      await signIn(page, `/keys/several?do=revoke&key=${used.id}&key=${unused.id}&key=${revoked.id}`);
      await expect(page.getByRole("heading", { name: "Revoke 2 keys?" })).toBeVisible();
    },
  },
  {
    name: "inventory empty",
    open: async ({ page }) => {
      await signIn(page, "/inventory");
    },
  },
  {
    name: "inventory searched in vain",
    open: async ({ page, server }) => {
      await seedItems(server, 2);
      await signIn(page, "/inventory?q=nothing+like+it");
    },
  },
  {
    name: "inventory",
    shows: "/inventory",
    open: async ({ page, server }) => {
      await seedItems(server, 60);
      await signIn(page, "/inventory");
    },
  },
  {
    name: "item",
    shows: "/inventory/items/{id}",
    open: async ({ page, server }) => {
      await seedItem(server);
      await signIn(page, "/inventory");
      await page.getByRole("link", { name: ITEM.name }).click();
      await expect(page.getByRole("heading", { level: 1, name: ITEM.name })).toBeVisible();
    },
  },
  {
    name: "leads empty",
    open: async ({ page }) => {
      await signIn(page, "/leads");
    },
  },
  {
    name: "leads",
    shows: "/leads",
    open: async ({ page, server }) => {
      await seedLeads(server, 7);
      const name = "Anneliese-Wilhelmine von der Schulenburg-Wolfsburg-".repeat(3);
      const seeder = await Seeder.signIn(server);
      const key = await seeder.createKey("Website", { scopes: ["leads:write"] });
      await send(server, key.secret, { name, email: `${"a".repeat(200)}@example.com`, source: "w".repeat(128), item_id: "i".repeat(128) });
      await signIn(page, "/leads");
      await page.getByText("Message", { exact: true }).first().click();
      await expect(page.getByText("I could come on Friday").first()).toBeVisible();
    },
  },
  {
    name: "key",
    shows: "/keys/{id}",
    open: async ({ page, server }) => {
      const { used } = await seedKeys(server);
      await signIn(page, `/keys/${used.id}/edit`);
      await page.getByLabel("Note").fill("Kept in the feed server's vault.\nAsk the web team before you change it.");
      await page.getByLabel("Burst size").fill("250");
      await page.getByLabel("Requests per second").fill("25");
      await page.getByRole("button", { name: "Save changes" }).click();
      await page.getByRole("button", { name: "Pause" }).click();
      await expect(page.getByText("until you resume it")).toBeVisible();
    },
  },
  {
    name: "key called",
    open: async ({ page, server }) => {
      const { used } = await seedKeys(server);
      callFromManyPlaces(server, used);
      await signIn(page, `/keys/${used.id}`);
      await page.getByText("Show as table").first().click();
    },
  },
  {
    name: "key called over a month",
    open: async ({ page, server }) => {
      const { used } = await seedKeys(server);
      callFromManyPlaces(server, used);
      watch(server, used);
      await signIn(page, `/keys/${used.id}?over=30d`);
      await expect(page.getByRole("button", { name: "Allow only these" })).toBeVisible();
    },
  },
  {
    name: "key called over a day",
    open: async ({ page, server }) => {
      const { used } = await seedKeys(server);
      callFromManyPlaces(server, used);
      await signIn(page, `/keys/${used.id}?over=24h`);
    },
  },
  {
    name: "key over and still called",
    open: async ({ page, server }) => {
      const { revoked } = await seedKeys(server);
      await call(server, revoked.secret, "/api/inventory");
      await signIn(page);
      await openUntil(page, `/keys/${revoked.id}`, "This key is still in use");
    },
  },
  {
    name: "keys with notices",
    open: async ({ page, server }) => {
      const { used, unused, revoked } = await seedKeys(server);
      callFromManyPlaces(server, used);
      endSoon(server, unused);
      await call(server, revoked.secret, "/api/inventory");
      await signIn(page);
      await openUntil(page, "/keys", "Still in use");
      await gotoHydrated(page, "/keys");
    },
  },
  {
    name: "key edit shuts out",
    open: async ({ page, server }) => {
      const { used } = await seedKeys(server);
      callFromManyPlaces(server, used);
      await signIn(page, `/keys/${used.id}/edit`);
      await page.getByLabel("Allowed IPs").fill("10.0.0.0/8");
      await page.getByRole("button", { name: "Save changes" }).click();
      await expect(page.getByLabel("I understand that these requests will be rejected")).toBeVisible();
    },
  },
  {
    name: "key edited in vain",
    shows: "/keys/{id}/edit",
    open: async ({ page, server }) => {
      const { used } = await seedKeys(server);
      await signIn(page, `/keys/${used.id}/edit`);
      await page.getByLabel("Name").fill("");
      await page.getByLabel("Burst size").fill("many");
      await page.getByLabel("Allowed IPs").fill("example.com");
      await page.getByRole("button", { name: "Save changes" }).click();
      await expect(page.getByText("Enter a name")).toBeVisible();
    },
  },
  {
    name: "keys that end soon",
    open: async ({ page, server }) => {
      const { unused } = await seedKeys(server);
      endSoon(server, unused);
      await signIn(page);
      await hydrated(page);
      await expect(page.getByText("1 key expires within 7 days:")).toBeVisible();
    },
  },
  {
    name: "key that ends soon",
    open: async ({ page, server }) => {
      const { unused } = await seedKeys(server);
      endSoon(server, unused);
      await signIn(page, `/keys/${unused.id}`);
    },
  },
  {
    name: "rotate page",
    shows: "/keys/{id}/rotate",
    open: async ({ page, server }) => {
      const { used } = await seedKeys(server);
      await signIn(page, `/keys/${used.id}/rotate`);
      await page.getByLabel("Expiration", { exact: true }).selectOption("On a date");
    },
  },
  {
    name: "rotate page refused",
    open: async ({ page, server }) => {
      const { used } = await seedKeys(server);
      await signIn(page, `/keys/${used.id}/rotate`);
      await page.getByLabel("Expiration", { exact: true }).selectOption("On a date");
      await page.getByRole("button", { name: "Rotate key" }).click();
      await expect(page.getByText("Enter a valid date, such as")).toBeVisible();
    },
  },
  {
    name: "rotated key shown once",
    open: async ({ page, server }) => {
      const { used } = await seedKeys(server);
      await signIn(page, `/keys/${used.id}/rotate`);
      await page.getByRole("button", { name: "Rotate key" }).click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("Save your new API key");
    },
  },
  {
    name: "rotate page of a key that is being replaced",
    open: async ({ page, server }) => {
      const { old } = await seedRotation(server);
      await signIn(page, `/keys/${old.id}/rotate`);
    },
  },
  {
    name: "key that is being replaced",
    open: async ({ page, server }) => {
      const { old } = await seedRotation(server);
      await signIn(page, `/keys/${old.id}`);
      await page.getByText("Show as table").first().click();
      await expect(page.getByText("is still in use and expires soon")).toBeVisible();
    },
  },
  {
    name: "docs",
    shows: "/docs",
    open: async ({ page }) => {
      await gotoHydrated(page, "/docs");
    },
  },
  {
    name: "docs tried out",
    open: async ({ page, server }) => {
      const seeder = await Seeder.signIn(server);
      const key = await seeder.createKey("Reader of the docs");
      await signIn(page, "/docs");
      await hydrated(page);
      await page.getByLabel("API key for “Try it”").fill(key.secret);
      const section = page.locator("#pushItems");
      for (const name of ["Errors", "Response 200", "Try it"]) await section.locator("summary").filter({ hasText: name }).click();
      await section.getByRole("button", { name: "Send POST" }).click();
      await expect(section.getByRole("status")).toContainText('"created": 1');
    },
  },
  ...AUDIT_STATES,
  ...TEAM_STATES,
  ...FACTOR_STATES,
  ...IMPORT_STATES,
  ...REQUEST_STATES,
  {
    name: "search",
    open: async ({ page, server }) => {
      await seedKeys(server);
      await signIn(page, "/search?q=inventory");
      await expect(page.getByRole("heading", { name: "Keys", exact: true })).toBeVisible();
    },
  },
  {
    name: "search dialog",
    open: async ({ page, server }) => {
      await seedKeys(server);
      await signIn(page, "/team");
      await page.keyboard.press("Control+k");
      await expect(page.getByRole("dialog", { name: "Search" }).getByRole("option").first()).toBeVisible();
    },
  },
  {
    name: "search dialog with the actions on a key",
    open: async ({ page, server }) => {
      const { used } = await seedKeys(server);
      await signIn(page, "/team");
      await page.keyboard.press("Control+k");
      const dialog = page.getByRole("dialog", { name: "Search" });
      await dialog.getByRole("combobox").fill(used.name);
      await expect(dialog.getByRole("option", { name: `Revoke “${used.name}”` })).toBeVisible();
    },
  },
  {
    name: "search for an action",
    open: async ({ page, server }) => {
      await seedKeys(server);
      await signIn(page, "/search?q=revoke");
      await expect(page.getByRole("link", { name: "Revoke an API key" })).toBeVisible();
    },
  },
  {
    name: "shortcuts",
    open: async ({ page }) => {
      await signIn(page, "/team");
      await page.keyboard.press("?");
      await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
    },
  },
  {
    name: "settings",
    shows: "/settings",
    open: async ({ page }) => {
      await signIn(page, "/settings");
    },
  },
  {
    name: "settings about to turn off key creation",
    open: async ({ page }) => {
      await signIn(page, "/settings?ask=stop");
    },
  },
  {
    name: "settings saved",
    open: async ({ page }) => {
      await signIn(page, "/settings");
      await page.getByRole("button", { name: "Save settings" }).click();
      await expect(page.getByText("Settings saved.")).toBeVisible();
    },
  },
  {
    name: "settings refused",
    open: async ({ page }) => {
      await signIn(page, "/settings");
      await page.getByLabel("Burst size").fill("none");
      await page.getByRole("button", { name: "Save settings" }).click();
      await expect(page.getByLabel("Burst size")).toHaveAttribute("aria-invalid", "true");
    },
  },
  {
    name: "settings of a viewer",
    open: async ({ page, server }) => {
      demoteOwner(server);
      await signIn(page, "/settings");
    },
  },
  {
    name: "not found",
    shows: "/not-found",
    open: async ({ page, guard }) => {
      guard.expectStatus(404);
      await signIn(page, "/inventory/vehicles/17");
    },
  },
  ...FIND_STATES,
  ...RESTORED_STATES,
];

/** The table of pages (`app/src/page.rs`); a test of the server keeps the file up to date. */
const PAGES: { name: string; path: string; frame: boolean }[] = JSON.parse(readFileSync(new URL("./pages.json", import.meta.url), "utf8"));

/** Returns the state of a page that no other state represents, as its owner first sees it. */
function firstSight({ name, path }: { name: string; path: string }): State {
  if (path.replace("/keys/{id}", "").includes("{")) {
    throw new Error(`add a state that shows ${path}`);
  }
  return {
    name: `page ${name}`,
    shows: path,
    open: async ({ page, server }) => {
      const { used } = await seedKeys(server);
      await signIn(page, path.replace("{id}", used.id));
    },
  };
}

const shown = new Set(OWN_STATES.map((state) => state.shows));

/** Pages that no state represents. The content of a frame is shown by the page around it. */
const UNSHOWN = PAGES.filter(({ path, frame }) => !frame && !shown.has(path));

/** Every page of the table, and the states that need more than its address. */
export const STATES: State[] = [...OWN_STATES, ...UNSHOWN.map(firstSight)];
