// Refused forms, with JavaScript switched off.

import { refuseForms, refuseSetup } from "../../support/faults.ts";
import { test } from "../../support/test.ts";

test("the first invalid field of a refused form has the focus", async ({ page, server }) => {
  test.slow();
  await refuseForms(page, server);
});

test.describe("on an installation without an owner", () => {
  test.use({ firstOwner: "is made by link" });

  test("the first invalid field of the refused setup form has the focus", async ({ page, server }) => {
    await refuseSetup(page, server);
  });
});
