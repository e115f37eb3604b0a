// Tasks on the Team page and a member's own page, which are sent without script: the same with and
// without JavaScript.

import type { Browser } from "@playwright/test";
import { checkLook } from "./layout.ts";
import { Seeder, demoteOwner, sql } from "./seed.ts";
import type { Server } from "./server.ts";
import type { State } from "./states.ts";
import { expect, owner, signIn, signInByForm, type Page } from "./test.ts";

const phoneAgent =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1";
export const grace = { email: "grace@harbour-cars.example", password: "three gulls on a wet roof" };

/** Invites a person through the form, and returns the path of the link. */
export async function invite(page: Page, email: string, role: string): Promise<string> {
  await page.goto("/team");
  await page.getByRole("link", { name: "Invite a member" }).click();
  await page.getByLabel("Email").fill(email);
  await page.getByRole("radio", { name: role }).check();
  await page.getByRole("button", { name: "Create invitation link" }).click();
  await expect(page.getByText("You won't see this link again.")).toBeVisible();
  const link = /\/setup\/[0-9a-f]{64}/.exec(await page.locator("#invitation").innerText())?.[0];
  if (link === undefined) throw new Error("no link is shown");
  await page.getByRole("link", { name: "Done" }).click();
  return link;
}

/** Joins through the link, in a separate browser. */
export async function join(browser: Browser, server: Server, link: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: server.url });
  const page = await context.newPage();
  await page.goto(link);
  await expect(page.getByRole("heading", { name: "Join the team" })).toBeVisible();
  await page.getByLabel("Password").fill(grace.password);
  await page.getByRole("button", { name: "Join" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Dashboard" })).toBeVisible();
  return page;
}

function row(page: Page, email: string) {
  return page.getByRole("row").filter({ has: page.getByRole("rowheader", { name: email }) });
}

/**
 * Invites a colleague, changes their role, deactivates and reactivates them, and hands the account
 * over.
 */
export async function runTeam(page: Page, browser: Browser, server: Server): Promise<void> {
  await signIn(page, "/team");
  await invite(page, "nobody@harbour-cars.example", "Viewer");
  await expect(row(page, "nobody@harbour-cars.example")).toContainText("Viewer");
  await page.getByRole("button", { name: "Cancel invitation of nobody@harbour-cars.example" }).click();
  await expect(page.getByText("no longer works")).toBeVisible();
  const link = await invite(page, grace.email, "Admin");
  const theirs = await join(browser, server, link);
  await theirs.goto("/team");
  await expect(theirs.getByRole("link", { name: `Manage ${owner.email}` })).toHaveCount(0);

  await page.goto("/team");
  await page.getByRole("link", { name: `Manage ${grace.email}` }).click();
  await page.getByRole("radio", { name: "Viewer" }).check();
  await page.getByRole("button", { name: "Save role" }).click();
  await expect(page.getByText("Role changed.")).toBeVisible();
  await expect(row(page, grace.email)).toContainText("Viewer");
  await theirs.reload();
  await expect(theirs.getByText("You have read-only access.")).toBeVisible();

  await page.getByRole("link", { name: `Manage ${grace.email}` }).click();
  await page.getByRole("link", { name: "Deactivate…" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Deactivate ${grace.email}?`);
  await page.getByRole("button", { name: "Deactivate" }).click();
  await expect(row(page, grace.email)).toContainText("Deactivated");
  await theirs.reload();
  await expect(theirs.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await theirs.getByLabel("Email").fill(grace.email);
  await theirs.getByLabel("Password").fill(grace.password);
  await theirs.getByRole("button", { name: "Sign in" }).click();
  await expect(theirs.getByRole("alert")).toContainText("Incorrect email or password");

  await page.getByRole("link", { name: `Manage ${grace.email}` }).click();
  await page.getByRole("button", { name: "Reactivate" }).click();
  await expect(row(page, grace.email)).toContainText("Active");
  await page.getByRole("link", { name: `Manage ${grace.email}` }).click();
  await page.getByRole("button", { name: "Transfer ownership" }).click();
  await expect(page.getByLabel(/^Type “.+” to confirm$/)).toHaveAccessibleDescription(/The email doesn't match/);
  await page.getByLabel(/^Type “.+” to confirm$/).fill(grace.email);
  await page.getByRole("button", { name: "Transfer ownership" }).click();
  await expect(page.getByText("Ownership transferred. You're now an admin.")).toBeVisible();
  await expect(row(page, grace.email)).toContainText("Owner");
  await expect(page.getByRole("link", { name: `Manage ${grace.email}` })).toHaveCount(0);
  await theirs.context().close();
}

/** Changes the password and ends the session of another browser. */
export async function keepAccount(page: Page, browser: Browser, server: Server): Promise<void> {
  const context = await browser.newContext({ baseURL: server.url, userAgent: phoneAgent });
  const other = await context.newPage();
  await signInByForm(other);
  await signInByForm(page);
  await page.getByRole("link", { name: owner.email }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your account");
  const phone = page.getByRole("row").filter({ hasText: "Safari on iPhone" });
  await phone.getByRole("button", { name: /^End session/ }).click();
  await expect(page.getByText("Session ended.")).toBeVisible();
  await expect(phone).toHaveCount(0);
  await other.goto("/keys");
  await expect(other.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await signInByForm(other);

  await page.getByLabel("Current password").fill("not the password");
  await page.getByLabel("New password").fill(grace.password);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByLabel("Current password")).toHaveAccessibleDescription("Incorrect password.");
  await expect(page.getByLabel("Current password")).toHaveValue("");
  // A failure delays the next attempt by a second.
  await page.waitForTimeout(1_100);
  await page.getByLabel("Current password").fill(owner.password);
  await page.getByLabel("New password").fill(grace.password);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("Password changed.")).toBeVisible();
  await other.goto("/keys");
  await expect(other.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await context.close();
}

/** Ends the sessions of a colleague, one of them first and then all. */
export async function endSessionsOfMember(page: Page, browser: Browser, server: Server): Promise<void> {
  await signIn(page, "/team");
  const first = await join(browser, server, await invite(page, grace.email, "Admin"));
  const context = await browser.newContext({ baseURL: server.url, userAgent: phoneAgent });
  const second = await context.newPage();
  await second.goto("/sign-in?next=%2Fteam");
  await second.getByLabel("Email").fill(grace.email);
  await second.getByLabel("Password").fill(grace.password);
  await second.getByRole("button", { name: "Sign in" }).click();
  await expect(second.getByRole("heading", { level: 1, name: "Team" })).toBeVisible();

  await page.goto("/team");
  await page.getByRole("link", { name: `Manage ${grace.email}` }).click();
  await checkLook(page, "sessions of a member");
  const phone = page.getByRole("row").filter({ hasText: "Safari on iPhone" });
  await phone.getByRole("button", { name: /^End session/ }).click();
  await expect(page.getByText("Session ended. This member is signed out in that browser.")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1, name: grace.email })).toBeVisible();
  await expect(phone).toHaveCount(0);
  await second.reload();
  await expect(second.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await first.reload();
  await expect(first.getByRole("heading", { level: 1, name: "Dashboard" })).toBeVisible();

  await second.getByLabel("Email").fill(grace.email);
  await second.getByLabel("Password").fill(grace.password);
  await second.getByRole("button", { name: "Sign in" }).click();
  await expect(second.getByRole("heading", { level: 1, name: "Team" })).toBeVisible();
  await page.reload();
  await expect(page.getByText("Session ended.")).toHaveCount(0);
  await page.getByRole("button", { name: "End all sessions" }).click();
  await expect(page.getByText("All sessions ended.")).toBeVisible();
  await expect(page.getByText("This member isn't signed in.")).toBeVisible();
  for (const theirs of [first, second]) {
    await theirs.goto("/keys");
    await expect(theirs.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await theirs.context().close();
  }
  await page.goto("/audit?what=sign-ins");
  await expect(page.getByRole("row").filter({ hasText: /Sessions ended/ })).toHaveCount(2);
}

/** Creates a team of four, one of them deactivated, and an open invitation. */
async function seedTeam(server: Server): Promise<void> {
  const seeder = await Seeder.signIn(server);
  const members = [
    ["grace@harbour-cars.example", "admin"],
    ["anneliese-wilhelmine.von-der-schulenburg@harbour-cars-and-vintage-motors.example", "viewer"],
    ["alan@harbour-cars.example", "owner"],
  ] as const;
  for (const [email, role] of members) {
    const page = await seeder.send("/team/invite", { email, role });
    const link = /\/setup\/[0-9a-f]{64}/.exec(page)?.[0] ?? "";
    const headers = { Origin: server.url, "Sec-Fetch-Site": "same-origin" };
    await fetch(server.url + link, { method: "POST", body: new URLSearchParams({ password: grace.password }), redirect: "manual", headers });
  }
  const team = await seeder.html("/team");
  const ids = [...team.matchAll(/\/team\/([0-9a-f-]{36})/g)].map((match) => match[1]);
  await seeder.send(`/team/${ids[0]}/deactivate`, {});
  await seeder.send("/team/invite", { email: "edsger@harbour-cars.example", role: "viewer" });
}

export const TEAM_STATES: State[] = [
  {
    name: "team",
    shows: "/team",
    open: async ({ page, server }) => {
      await seedTeam(server);
      await signIn(page, "/team");
    },
  },
  {
    name: "team of a viewer",
    open: async ({ page, server }) => {
      await seedTeam(server);
      demoteOwner(server);
      await signIn(page, "/team");
    },
  },
  {
    name: "invitation refused",
    shows: "/team/invite",
    open: async ({ page }) => {
      await signIn(page, "/team/invite");
      await page.getByLabel("Email").fill("grace");
      await page.getByRole("button", { name: "Create invitation link" }).click();
      await expect(page.getByLabel("Email")).toHaveAttribute("aria-invalid", "true");
    },
  },
  {
    name: "invitation made",
    open: async ({ page }) => {
      await signIn(page, "/team/invite");
      await page.getByLabel("Email").fill(grace.email);
      await page.getByRole("button", { name: "Create invitation link" }).click();
      await expect(page.getByText("You won't see this link again.")).toBeVisible();
    },
  },
  {
    name: "join the team",
    open: async ({ page }) => {
      await signIn(page, "/team");
      await page.goto(await invite(page, grace.email, "Admin"));
    },
  },
  {
    name: "member",
    shows: "/team/{id}",
    open: async ({ page, server }) => {
      await seedTeam(server);
      await signIn(page, "/team");
      await page.getByRole("link", { name: "Manage alan@harbour-cars.example" }).click();
      await page.getByRole("button", { name: "Transfer ownership" }).click();
      await expect(page.getByLabel(/^Type “.+” to confirm$/)).toHaveAttribute("aria-invalid", "true");
    },
  },
  {
    name: "sign in asks for the account",
    open: async ({ page, server }) => {
      sql(server, "INSERT INTO accounts (id, name, created_at) VALUES (?, ?, ?)", ["other", "Harbour Cars and Vintage Motors", Date.now()]);
      sql(
        server,
        "INSERT INTO members (id, account_id, email, role, password_hash, created_at) " +
          "SELECT ?, 'other', email, role, password_hash, created_at FROM members",
        ["twin"],
      );
      await page.goto("/sign-in");
      await page.getByLabel("Email").fill(owner.email);
      await page.getByLabel("Password").fill(owner.password);
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("Choose an account");
      await expect(page.getByRole("button", { name: "Harbour Cars" })).toBeVisible();
    },
  },
  {
    name: "your account",
    shows: "/account",
    open: async ({ page, server }) => {
      await Seeder.signIn(server);
      await signIn(page, "/account");
      await page.getByLabel("Current password").fill("not the password");
      await page.getByLabel("New password").fill(grace.password);
      await page.getByRole("button", { name: "Change password" }).click();
      await expect(page.getByLabel("Current password")).toHaveAttribute("aria-invalid", "true");
    },
  },
];
