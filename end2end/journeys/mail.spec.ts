// Invitations and reset links by mail.

import { sendLinks, test } from "../support/mailbox.ts";

test("a colleague is invited and gets a reset link by mail", async ({ page, browser, server, mailbox }) => {
  await sendLinks(page, browser, server.url, mailbox, true);
});
