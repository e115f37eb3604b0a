// The members of an account, and a member's own access, with JavaScript switched off.

import { endSessionsOfMember, keepAccount, runTeam } from "../../support/team.ts";
import { test } from "../../support/test.ts";

test("a colleague is invited, given another role, deactivated, reactivated and made the owner", async ({ page, browser, server }) => {
  await runTeam(page, browser, server);
});

test("a member ends a session in another browser and changes the password", async ({ page, browser, server }) => {
  await keepAccount(page, browser, server);
});

test("an owner ends one session of a colleague, and then all of them", async ({ page, browser, server }) => {
  await endSessionsOfMember(page, browser, server);
});
