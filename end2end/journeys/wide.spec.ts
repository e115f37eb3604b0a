// Wide screens: what is on a page fills the page or is centred on it, and forms have help beside
// them.

import { NARROW, WIDE } from "../support/layout.ts";
import { Seeder } from "../support/seed.ts";
import { expect, signIn, test } from "../support/test.ts";

test("every page is centred on a wide screen", async ({ page, server }) => {
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("Inventory Integration");
  await page.setViewportSize(WIDE);
  await signIn(page);
  const paths = [
    "/",
    "/keys",
    "/keys/new",
    `/keys/${key.id}`,
    `/keys/${key.id}/edit`,
    `/keys/${key.id}/rotate`,
    `/keys/${key.id}/revoke`,
    "/keys/revoke-all",
    "/inventory",
    "/inventory/import",
    "/leads",
    "/docs",
    "/audit",
    "/audit?what=leads",
    "/team",
    "/team/invite",
    "/account",
    "/account/second-factor",
    "/settings",
    "/settings?ask=stop",
    "/requests",
  ];
  for (const path of paths) {
    await page.goto(path);
    const { aside, width } = await page.getByRole("main").evaluate((main) => {
      const menu = document.querySelector(".side")?.getBoundingClientRect();
      const room = { left: menu?.right ?? 0, right: document.body.getBoundingClientRect().right };
      const boxes = [...main.children].map((child) => child.getBoundingClientRect()).filter((box) => box.width > 1 && box.height > 1);
      const [left, right] = [Math.min(...boxes.map((box) => box.left)), Math.max(...boxes.map((box) => box.right))];
      return { aside: [left - room.left, room.right - right], width: right - left };
    });
    expect(Math.abs((aside[0] ?? 0) - (aside[1] ?? 0)), `${path}: ${aside.join(" px left, ")} px right`).toBeLessThanOrEqual(2);
    expect(width, path).toBeLessThanOrEqual(1360);
  }
});

test("help is beside each form on a wide screen, and below it on a phone", async ({ page, server }) => {
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("Inventory Integration");
  await signIn(page);
  const paths = [
    "/keys/new",
    `/keys/${key.id}/edit`,
    `/keys/${key.id}/rotate`,
    `/keys/${key.id}/revoke`,
    ...["pause", "revoke", "extend"].map((action) => `/keys/several?do=${action}&key=${key.id}`),
    "/keys/revoke-all",
    "/settings?ask=stop",
    "/team/invite",
    "/account",
    "/account/second-factor",
    "/inventory/import",
  ];
  for (const path of paths) {
    await page.goto(path);
    const help = page.getByRole("complementary");
    const form = page.getByRole("main").locator("form").last();
    await expect(help.getByRole("listitem").nth(2), path).toBeVisible();
    await page.setViewportSize(WIDE);
    const [wideForm, beside] = [await form.boundingBox(), await help.boundingBox()];
    expect(beside?.x ?? 0, `${path}: beside`).toBeGreaterThan((wideForm?.x ?? 0) + (wideForm?.width ?? 0));
    await page.setViewportSize(NARROW);
    const [narrowForm, below] = [await form.boundingBox(), await help.boundingBox()];
    expect(below?.y ?? 0, `${path}: below`).toBeGreaterThan((narrowForm?.y ?? 0) + (narrowForm?.height ?? 0));
  }
});
