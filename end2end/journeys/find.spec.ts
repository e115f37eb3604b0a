// Searching many keys, and bulk actions.

import { emergency, findKeys, findNothing, followKnocking, revokeSeveral } from "../support/find.ts";
import { test } from "../support/test.ts";

test("keys are searched, filtered and ordered, by addresses that lead there again", async ({ page, server }) => {
  await findKeys(page, server);
});

test("a search that finds nothing says so and leads back", async ({ page, server }) => {
  await findNothing(page, server);
});

test("revoked keys that are still called with are told of, and listed", async ({ page, server }) => {
  await followKnocking(page, server);
});

test("several keys are revoked at once", async ({ page, server }) => {
  await revokeSeveral(page, server);
});

test("an owner stops the creation of keys and revokes all", async ({ page, server }) => {
  await emergency(page, server);
});
