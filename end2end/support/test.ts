// The basis of all tests: a server for each, a guard, and a few steps that many of them share.

import { expect, test as base, type BrowserContext, type Page } from "@playwright/test";
import { Guard } from "./guard.ts";
import { Server, owner } from "./server.ts";

export { expect, owner };
export type { Page };

export interface Options {
  /** Delay of the WebAssembly module, in milliseconds. */
  wasmDelay: number;
  /** Whether the server starts with its owner, or prints the link that creates one. */
  firstOwner: "exists" | "is made by link";
  /** Further settings of the server. */
  settings: Record<string, string>;
}

interface Fixtures {
  server: Server;
  guard: Guard;
}

interface WorkerFixtures {
  /** The data directory of an installation that has its owner and nothing else. */
  template: string;
}

const FIRST_OWNER = { VOXUM_ADMIN_EMAIL: owner.email, VOXUM_ADMIN_PASSWORD: owner.password };

export const test = base.extend<Options & Fixtures, WorkerFixtures>({
  wasmDelay: [0, { option: true }],
  firstOwner: ["exists", { option: true }],
  settings: [{}, { option: true }],

  // Migrations and the hash of the owner's password are half of a first start, so they happen once
  // per worker, and each test gets a copy of the result.
  template: [
    async ({}, use) => {
      const server = new Server();
      await server.start(FIRST_OWNER);
      expect(await server.stop(), "the server ends in good order").toBe(0);
      await use(server.dataDirectory);
      server.remove();
    },
    { scope: "worker" },
  ],

  server: async ({ firstOwner, settings, template }, use, testInfo) => {
    const exists = firstOwner === "exists";
    const server = new Server(exists ? template : undefined);
    await server.start({ ...(exists ? FIRST_OWNER : {}), ...settings });
    await use(server);
    const code = await server.stop();
    const log = server.log();
    if (testInfo.status !== testInfo.expectedStatus) await testInfo.attach("voxum.log", { path: server.logFile });
    server.remove();
    expect(code, "the server ends in good order").toBe(0);
    expect(log, "the server never panics").not.toContain("panicked at");
  },

  baseURL: async ({ server }, use) => {
    await use(server.url);
  },

  context: async ({ context, wasmDelay }, use) => {
    if (wasmDelay > 0) await delayWasm(context, wasmDelay);
    await use(context);
  },

  guard: [
    async ({ context }, use) => {
      const guard = new Guard();
      await guard.watch(context);
      await use(guard);
      expect(guard.faults(), "nothing goes wrong that the test did not expect").toEqual([]);
    },
    { auto: true },
  ],
});

async function delayWasm(context: BrowserContext, milliseconds: number): Promise<void> {
  await context.route("**/*.wasm", async (route) => {
    await new Promise((done) => setTimeout(done, milliseconds));
    // The page may be gone by now.
    await route.continue().catch(() => undefined);
  });
}

/** Waits until the page is hydrated. */
export async function hydrated(page: Page): Promise<void> {
  await expect(page.locator("html[data-hydrated]")).toBeAttached({ timeout: 15_000 });
}

/** Opens a page and waits until it is hydrated, since a click before that may be lost. */
export async function gotoHydrated(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await hydrated(page);
}

/**
 * Signs the owner in by a request and opens a page, by default the list of keys. Tests about signing
 * in use the form.
 */
export async function signIn(page: Page, next = "/keys"): Promise<void> {
  // The request shares its cookies with the pages of its context.
  const answer = await page.request.post("/sign-in", {
    form: { email: owner.email, password: owner.password },
    headers: { "Sec-Fetch-Site": "same-origin" },
    maxRedirects: 0,
  });
  expect(answer.status(), "the owner can sign in").toBe(303);
  await page.goto(next);
  await page.waitForURL(`**${next}`);
}

/** Leaves the browser with the cookie of a session that no longer exists. */
export async function endSession(context: BrowserContext): Promise<void> {
  const cookies = await context.cookies();
  const session = cookies.filter(({ name }) => name.startsWith("voxum_session"));
  await context.addCookies(session.map((cookie) => ({ ...cookie, value: "0".repeat(64) })));
}

/** Signs the owner in through the form, which leads to the list of keys by default. */
export async function signInByForm(page: Page, next = "/keys"): Promise<void> {
  await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
  await page.getByLabel("Email").fill(owner.email);
  await page.getByLabel("Password").fill(owner.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`**${next}`);
}
