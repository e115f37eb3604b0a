// Wide screens: what is on a page fills the page or is centred on it.

import { Seeder } from "../support/seed.ts";
import { expect, signIn, test } from "../support/test.ts";

test("every page is centred on a wide screen", async ({ page, server }) => {
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("Inventory Integration");
  await page.setViewportSize({ width: 1920, height: 1080 });
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
