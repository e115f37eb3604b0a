// A mail server that keeps what it receives, and the tasks that send mail to it.

import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { Browser } from "@playwright/test";
import { expectAccessible } from "./axe.ts";
import { checkLook } from "./layout.ts";
import { expect, signIn, test as base, type Page } from "./test.ts";

/** Accepts every mail, except to `unknown@…`. */
export class Mailbox {
  readonly mails: string[] = [];
  readonly #server: Server = createServer((socket) => this.#serve(socket));

  async start(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  stop(): void {
    this.#server.close();
  }

  /** Returns the path of the link in the last mail, which went to this address. */
  link(to: string): string {
    // Long lines are folded by `=` at their ends.
    const mail = (this.mails.at(-1) ?? "").replaceAll("=\r\n", "");
    expect(mail).toContain(`To: ${to}`);
    return /\/setup\/[0-9a-f]{64}/.exec(mail)?.[0] ?? "";
  }

  #serve(socket: Socket): void {
    let unread = "";
    let inMail = false;
    socket.on("error", () => undefined);
    socket.setEncoding("utf8").on("data", (text: string) => {
      unread += text;
      for (;;) {
        const end = inMail ? "\r\n.\r\n" : "\r\n";
        const length = unread.indexOf(end);
        if (length < 0) return;
        const part = unread.slice(0, length);
        unread = unread.slice(length + end.length);
        if (inMail) this.mails.push(part);
        const command = inMail ? "" : part.slice(0, 4).toUpperCase();
        inMail = command === "DATA";
        if (command === "DATA") socket.write("354 Go on\r\n");
        else if (command === "RCPT" && part.includes("<unknown@")) socket.write("550 There is no such mailbox\r\n");
        else socket.write("250 OK\r\n");
        if (command === "QUIT") socket.end();
      }
    });
    socket.write("220 mail.example.com ESMTP\r\n");
  }
}

/** A test whose server sends mail to the mailbox. */
export const test = base.extend<{ mailbox: Mailbox }>({
  mailbox: async ({}, use) => {
    const mailbox = new Mailbox();
    await mailbox.start();
    await use(mailbox);
    mailbox.stop();
  },
  settings: async ({ mailbox }, use) => {
    await use({ VOXUM_SMTP_URL: `smtp://127.0.0.1:${mailbox.port}`, VOXUM_SMTP_FROM: "Voxum <voxum@example.com>" });
  },
});

const grace = { email: "grace@harbour-cars.example", password: "three gulls on a wet roof" };

/** Opens a link in a browser of its own and sets a password there. */
async function follow(browser: Browser, url: string, path: string, password: string, button: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: url });
  const page = await context.newPage();
  await page.goto(path);
  await page.getByLabel(/password/i).fill(password);
  await page.getByRole("button", { name: button }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Dashboard" })).toBeVisible();
  return page;
}

/**
 * Invites a colleague by mail, sends them a reset link, and sees that a mail was not accepted. With
 * `axe`, the pages are also checked for accessibility, which needs script.
 */
export async function sendLinks(page: Page, browser: Browser, url: string, mailbox: Mailbox, axe: boolean): Promise<void> {
  await signIn(page, "/team/invite");
  await checkLook(page, "invite by mail");
  if (axe) await expectAccessible(page, "invite by mail");
  await page.getByLabel("Email", { exact: true }).fill(grace.email);
  await page.getByRole("button", { name: "Invite" }).click();
  await expect(page.getByText("Invitation sent by email.")).toBeVisible();
  expect(mailbox.mails).toHaveLength(1);
  const theirs = await follow(browser, url, mailbox.link(grace.email), grace.password, "Join");

  await page.goto("/team");
  await page.getByRole("link", { name: `Manage ${grace.email}` }).click();
  await expect(page.getByRole("button", { name: "End session" })).toHaveCount(1);
  await checkLook(page, "member with mail");
  if (axe) await expectAccessible(page, "member with mail");
  await page.getByRole("button", { name: "Email a reset link" }).click();
  await expect(page.getByText("We emailed them a link to set a new password.")).toBeVisible();
  const again = await follow(browser, url, mailbox.link(grace.email), "four gulls on a dry roof", "Set password");
  await theirs.goto("/keys");
  await expect(theirs.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await theirs.context().close();
  await again.context().close();

  await page.goto("/team/invite");
  await page.getByLabel("Email", { exact: true }).fill("unknown@harbour-cars.example");
  await page.getByRole("button", { name: "Invite" }).click();
  await expect(page.getByRole("alert")).toContainText("The email wasn't sent.");
  await expect(page.locator("#invitation")).toContainText("/setup/");
  await checkLook(page, "invitation that was not sent");
  if (axe) await expectAccessible(page, "invitation that was not sent");
  expect(mailbox.mails).toHaveLength(2);
}
