// axe finds a part of what can be wrong; journeys/keyboard.spec.ts and the names the other journeys go by find more.

import { expectAccessible } from "../support/axe.ts";
import { SIZES } from "../support/layout.ts";
import { STATES } from "../support/states.ts";
import { test } from "../support/test.ts";

for (const state of STATES) {
  test.describe(state.name, () => {
    test.use({ firstOwner: state.firstOwner ?? "exists" });

    test("is accessible in light and dark, wide and narrow", async ({ page, server, guard }) => {
      // Long pages are read through by axe four times.
      test.slow();
      // A frame that loads again while axe asks what is in it gives no answer.
      await page.route("**/first-call", async (route) => {
        const response = await route.fetch();
        const { refresh, ...headers } = response.headers();
        await route.fulfill({ response, headers });
      });
      await page.emulateMedia({ reducedMotion: "reduce" });
      await state.open({ page, server, guard });
      for (const size of SIZES) {
        await page.setViewportSize(size);
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          await expectAccessible(page, `${state.name}, ${colorScheme}, ${size.width} px`);
        }
      }
    });
  });
}
