// Setting up a second factor and signing in with it. None of these pages has a script: the same
// with and without JavaScript.

import { createHmac } from "node:crypto";
import type { Browser } from "@playwright/test";
import { NARROW, expectFits } from "./layout.ts";
import type { Server } from "./server.ts";
import type { State } from "./states.ts";
import { sql } from "./seed.ts";
import { grace, invite, join } from "./team.ts";
import { expect, owner, signIn, type Page } from "./test.ts";

/** Returns the code of an authenticator app (RFC 6238) so many seconds from now. */
export function codeOf(secret: string, seconds = 0): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replaceAll(/\s/g, "")].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor((Date.now() / 1000 + seconds) / 30)));
  const digest = createHmac("sha1", key).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** Turns the second factor on, and returns the secret and the recovery codes. */
async function setUp(page: Page): Promise<{ secret: string; recovery: string[] }> {
  await signIn(page, "/account");
  await page.getByRole("link", { name: "Set up" }).click();
  await expect(page.getByRole("img", { name: "QR code for an authenticator app" })).toBeVisible();
  await page.getByText("Can't scan it?").click();
  const secret = await page.locator("#factor-key").innerText();
  await page.getByLabel("Code", { exact: true }).fill("12345");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.locator("#factor-key"), "the setup key stays visible").toHaveText(secret);
  await page.getByLabel("Code", { exact: true }).fill(codeOf(secret));
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("Current password").fill(owner.password);
  await page.getByRole("button", { name: "Turn on" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Save your recovery codes");
  const recovery = (await page.locator("#recovery-codes").innerText()).trim().split("\n");
  expect(recovery).toHaveLength(10);
  await page.getByRole("link", { name: "I've saved my codes" }).click();
  await expect(page.getByText("10 recovery codes left")).toBeVisible();
  return { secret, recovery };
}

/** Takes the first step of signing in. */
async function givePassword(page: Page): Promise<void> {
  // At a width of 360 px, "Sign out" is behind the menu.
  await page.context().clearCookies();
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(owner.email);
  await page.getByLabel("Password").fill(owner.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Two-factor authentication");
}

/**
 * Signs in with a code and with a recovery code, replaces the recovery codes, and turns the second
 * factor off.
 */
export async function useFactor(page: Page): Promise<void> {
  const { secret, recovery } = await setUp(page);
  await givePassword(page);
  await page.getByLabel("Code").fill("12345");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByLabel("Code")).toHaveAccessibleDescription(/That code is incorrect/);
  // A failure delays the next attempt by a second.
  await page.waitForTimeout(1_100);
  // The code of the next time step, since that of the current one confirmed the set-up.
  await page.getByLabel("Code").fill(codeOf(secret, 30));
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Dashboard" })).toBeVisible();
  await givePassword(page);
  await page.getByLabel("Code").fill(recovery[0] ?? "");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("9 recovery codes left");
  await page.getByRole("link", { name: "Continue" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Dashboard" })).toBeVisible();
  await page.goto("/account");
  await expect(page.getByText("9 recovery codes left")).toBeVisible();
  await page.locator("#second-factor").getByLabel("Current password").fill(owner.password);
  await page.getByLabel("Code", { exact: true }).fill(recovery[1] ?? "");
  await page.getByRole("button", { name: "Get new recovery codes" }).click();
  await expect(page.getByText("Your earlier recovery codes no longer work.")).toBeVisible();
  const renewed = (await page.locator("#recovery-codes").innerText()).trim().split("\n");
  expect(renewed).toHaveLength(10);
  await page.getByRole("link", { name: "I've saved my codes" }).click();
  await expect(page.getByText("10 recovery codes left")).toBeVisible();
  await page.locator("#second-factor").getByLabel("Current password").fill(owner.password);
  await page.getByLabel("Code", { exact: true }).fill(renewed[0] ?? "");
  await page.getByRole("button", { name: "Turn off" }).click();
  await expect(page.getByText("Two-factor authentication is off.")).toBeVisible();
}

/** Requires a second factor of everyone, and sets one up as a colleague who has none. */
export async function requireFactor(page: Page, browser: Browser, server: Server): Promise<void> {
  await setUp(page);
  const theirs = await join(browser, server, await invite(page, grace.email, "Viewer"));
  await page.goto("/team");
  await expect(page.getByText("1 active member doesn't have it.")).toBeVisible();
  await page.getByRole("button", { name: "Require it for everyone" }).click();
  await expect(page.getByText("Two-factor authentication is now required for everyone.")).toBeVisible();

  await theirs.goto("/keys");
  await expect(theirs.getByRole("heading", { level: 1 })).toHaveText("Set up two-factor authentication");
  await expect(theirs.getByText("Your account requires two-factor authentication.")).toBeVisible();
  await expect(theirs.getByRole("link", { name: "API Keys" })).toHaveCount(0);
  await theirs.setViewportSize(NARROW);
  await expectFits(theirs, "required second factor");
  await theirs.getByText("Can't scan it?").click();
  await theirs.getByLabel("Code", { exact: true }).fill(codeOf(await theirs.locator("#factor-key").innerText()));
  await theirs.getByRole("button", { name: "Continue" }).click();
  await theirs.getByLabel("Current password").fill(grace.password);
  await theirs.getByRole("button", { name: "Turn on" }).click();
  await theirs.getByRole("link", { name: "I've saved my codes" }).click();
  await expect(theirs.getByText("Your account requires it.")).toBeVisible();
  await theirs.context().close();

  await page.goto("/team");
  await expect(page.getByText("All active members have it.")).toBeVisible();
  await page.getByRole("button", { name: "Make it optional" }).click();
  await expect(page.getByText("Two-factor authentication is now optional.")).toBeVisible();
}

export const FACTOR_STATES: State[] = [
  {
    name: "second factor",
    shows: "/account/second-factor",
    open: async ({ page }) => {
      await signIn(page, "/account/second-factor");
      await page.getByText("Can't scan it?").click();
      await page.getByLabel("Code", { exact: true }).fill("12345");
      await page.getByRole("button", { name: "Continue" }).click();
      await expect(page.getByLabel("Code", { exact: true })).toHaveAttribute("aria-invalid", "true");
    },
  },
  {
    name: "second factor asks for the password",
    open: async ({ page }) => {
      await signIn(page, "/account/second-factor");
      await page.getByText("Can't scan it?").click();
      await page.getByLabel("Code", { exact: true }).fill(codeOf(await page.locator("#factor-key").innerText()));
      await page.getByRole("button", { name: "Continue" }).click();
      await expect(page.getByLabel("Current password")).toBeFocused();
    },
  },
  {
    name: "recovery codes",
    open: async ({ page }) => {
      await signIn(page, "/account/second-factor");
      await page.getByText("Can't scan it?").click();
      await page.getByLabel("Code", { exact: true }).fill(codeOf(await page.locator("#factor-key").innerText()));
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByLabel("Current password").fill(owner.password);
      await page.getByRole("button", { name: "Turn on" }).click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("Save your recovery codes");
    },
  },
  {
    name: "second factor on",
    open: async ({ page }) => {
      await setUp(page);
    },
  },
  {
    name: "second factor required",
    open: async ({ page, server }) => {
      await signIn(page, "/account/second-factor");
      sql(server, "UPDATE accounts SET requires_second_factor = ?", [1]);
      await page.goto("/keys");
      await expect(page.getByText("Your account requires two-factor authentication.")).toBeVisible();
    },
  },
  {
    name: "sign in asks for a code",
    open: async ({ page }) => {
      await setUp(page);
      await givePassword(page);
    },
  },
];
