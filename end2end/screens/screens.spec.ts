// Screenshots of every page and dialog, for people to look at. Not a test: `SCREENS=DIRECTORY npm
// run screens`.

import { join } from "node:path";
import { SIZES, WIDE } from "../support/layout.ts";
import { STATES } from "../support/states.ts";
import { test } from "../support/test.ts";

const directory = process.env.SCREENS ?? "test-results/screens";

for (const state of STATES) {
  test.describe(state.name, () => {
    test.use({ firstOwner: state.firstOwner ?? "exists" });

    test("picture", async ({ page, server, guard }) => {
      await page.emulateMedia({ reducedMotion: "reduce" });
      await state.open({ page, server, guard });
      for (const size of [...SIZES, WIDE]) {
        await page.setViewportSize(size);
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          const file = `${state.name.replaceAll(" ", "-")}-${size.width}-${colorScheme}.png`;
          // A dialog covers the visible part, not the whole page.
          const fullPage = (await page.locator("dialog[open]").count()) === 0;
          await page.screenshot({ path: join(directory, file), animations: "disabled", fullPage });
        }
      }
    });
  });
}
