import { expect, type Page } from "@playwright/test";

export const NARROW = { width: 360, height: 740 };

export const SIZES = [NARROW, { width: 1280, height: 800 }];

export const WIDE = { width: 1920, height: 1080 };

/**
 * Checks that nothing extends beyond the right edge, whether or not the page can be scrolled there.
 */
export async function expectFits(page: Page, where: string): Promise<void> {
  // Before that, the style sheet may be missing, since a page is measured without being drawn.
  await page.waitForLoadState("load");
  const outside = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const clips = (element: Element) => !["visible", "clip"].includes(getComputedStyle(element).overflowX);
    const scrolls = (element: Element): boolean => {
      const parent = element.parentElement;
      return parent !== null && parent !== document.body && (clips(parent) || scrolls(parent));
    };
    const found = [...document.querySelectorAll("body *")]
      .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !scrolls(element))
      .filter((element) => {
        const box = element.getBoundingClientRect();
        return box.width > 1 && (box.right > width + 1 || box.left < -1);
      })
      .map((element) => `${element.tagName.toLowerCase()}.${element.className} is outside of the page`);
    const scrollable = document.documentElement.scrollWidth > width ? ["the page scrolls sideways"] : [];
    return [...scrollable, ...found];
  });
  expect.soft(outside, `everything fits: ${where}`).toEqual([]);
}

/** The width of the menu at the left of pages. */
const MENU = 232;

/** The places of the title below the bar, on every page that has a menu, in a window that is so wide. */
const TITLES = [
  { size: NARROW, place: () => ({ x: 16, y: 24 }) },
  { size: SIZES[1]!, place: () => ({ x: MENU + 24, y: 32 }) },
  { size: WIDE, place: (width: number) => ({ x: Math.round(MENU + (width - MENU - 1360) / 2), y: 32 }) },
];

/** Checks that the title is where it is on all other pages, so that it does not jump between them. */
export async function expectTitleInItsPlace(page: Page, where: string): Promise<void> {
  await page.waitForLoadState("load");
  for (const { size, place } of TITLES) {
    await page.setViewportSize(size);
    const { width, title } = await page.evaluate(() => {
      // Without the place that is kept for the scroll bar.
      const { width } = document.body.getBoundingClientRect();
      const box = document.querySelector(".side ~ main h1")?.getBoundingClientRect();
      const menu = document.querySelector(".side")?.getBoundingClientRect();
      const bar = menu?.width === width ? menu.height : 0;
      // The focus may have scrolled the page.
      const title = box && { x: Math.round(box.x + scrollX), y: Math.round(box.y + scrollY - bar) };
      return { width, title };
    });
    if (title !== undefined) expect.soft(title, `place of the title: ${where}, ${size.width} px`).toEqual(place(width));
  }
}

/** Checks that everything fits at the present width and on a narrow phone. */
export async function checkLook(page: Page, where: string): Promise<void> {
  const size = page.viewportSize();
  await expectFits(page, where);
  await page.setViewportSize(NARROW);
  await expectFits(page, `${where}, narrow`);
  if (size !== null) await page.setViewportSize(size);
}
