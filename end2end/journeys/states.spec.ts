// Every page and every open dialog fits on a phone and is accessible. axe finds only some of the
// possible faults; journeys/keyboard.spec.ts and the accessible names that the other journeys rely
// on find more.

import { expectAccessible } from "../support/axe.ts";
import { NARROW, SIZES, WIDE, expectFits, expectTitleInItsPlace } from "../support/layout.ts";
import { STATES } from "../support/states.ts";
import { test } from "../support/test.ts";

for (const state of STATES) {
  test.describe(state.name, () => {
    test.use({ firstOwner: state.firstOwner ?? "exists", viewport: NARROW });

    test("needs no scrolling sideways from 360 to 1920 px, and is accessible in light and dark, wide and narrow", async ({ page, server, guard }) => {
      // axe reads long pages four times.
      test.slow();
      // If a frame reloads while axe queries it, axe gets no answer. A list that follows new requests
      // (`list=yes`) is not a frame, and may ask when the test ends.
      await page.route(/\/first-call$|\/requests\/new\?(?!.*list=)/, async (route) => {
        const response = await route.fetch();
        const { refresh, ...headers } = response.headers();
        await route.fulfill({ response, headers });
      });
      await state.open({ page, server, guard });
      for (const size of [NARROW, WIDE]) {
        await page.setViewportSize(size);
        await expectFits(page, `${state.name}, ${size.width} px`);
      }
      await expectTitleInItsPlace(page, state.name);
      // axe would measure the contrast of a text that is still fading in.
      await page.emulateMedia({ reducedMotion: "reduce" });
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
