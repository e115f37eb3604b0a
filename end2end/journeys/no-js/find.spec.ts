// Searching many keys, and bulk actions, with JavaScript switched off.

import { emergency, findByStatus, findKeys, findNothing, followKnocking, revokeSeveral } from "../../support/find.ts";
import { test } from "../../support/test.ts";

test("keys are searched, filtered and sorted, and the URL of each result leads to it again", async ({ page, server }) => {
  await findKeys(page, server);
});

test("a search without a match shows a message and a link to all keys", async ({ page, server }) => {
  await findNothing(page, server);
});

test("a search for a status leads to the keys that have it", async ({ page, server }) => {
  await findByStatus(page, server);
});

test("revoked keys that are still in use are reported and listed", async ({ page, server }) => {
  await followKnocking(page, server);
});

test("several keys are revoked at once", async ({ page, server }) => {
  await revokeSeveral(page, server);
});

test("an owner stops the creation of keys and revokes all of them", async ({ page, server }) => {
  await emergency(page, server);
});
