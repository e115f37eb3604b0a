// Refused forms, with JavaScript switched off.

import { refuseForms, refuseSetup } from "../../support/faults.ts";
import { test } from "../../support/test.ts";

test("the first faulty field of a refused form has the focus", async ({ page, server }) => {
  test.slow();
  await refuseForms(page, server);
});

test.describe("before there is an owner", () => {
  test.use({ firstOwner: "is made by link" });

  test("the form of the first owner does the same", async ({ page, server }) => {
    await refuseSetup(page, server);
  });
});
