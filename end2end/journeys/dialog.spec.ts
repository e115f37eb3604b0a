// Dialogs in a browser whose scroll bars take space, unlike those of phones and of other tests.

import { launchOptions } from "../support/chromium.ts";
import { Keys } from "../support/keys.ts";
import { expect, hydrated, signIn, test } from "../support/test.ts";

test.use({ launchOptions: { ...launchOptions, ignoreDefaultArgs: ["--hide-scrollbars"] } });

test("a dialog is in the middle of the window, not of what the scroll bar leaves", async ({ page }) => {
  await signIn(page);
  await hydrated(page);
  const dialog = await new Keys(page).openCreate();
  for (const width of [700, 1280, 1920]) {
    await page.setViewportSize({ width, height: 800 });
    const box = (await dialog.boundingBox())!;
    expect(box.x + box.width / 2, `${width} px`).toBeCloseTo(width / 2, 0);
  }
});
