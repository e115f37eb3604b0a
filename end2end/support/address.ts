// Text fields whose content browsers put into an address, the same with and without JavaScript.

import { readFileSync } from "node:fs";
import { Seeder } from "./seed.ts";
import type { Server } from "./server.ts";
import { expect, signIn, type Page } from "./test.ts";
import { seedItems } from "./states.ts";

const PAGES: { path: string; frame: boolean }[] = JSON.parse(readFileSync(new URL("./pages.json", import.meta.url), "utf8"));

const FORMS = "form:not([method=post], [method=dialog])";
const FIELDS = `${FORMS} :is(textarea, input:not([type=hidden], [type=checkbox], [type=radio], [type=date]))`;

/** Pastes a full key into every text field that a page would put into its address. */
export async function pasteKeys(page: Page, server: Server): Promise<void> {
  const key = await (await Seeder.signIn(server)).createKey("CRM Sync");
  await seedItems(server, 1);
  const sent: string[] = [];
  page.on("request", (request) => sent.push(request.url()));
  await signIn(page, "/");
  const refused: string[] = [];
  for (const { path, frame } of PAGES) {
    if (frame || path.includes("{")) continue;
    await page.goto(path === "/not-found" ? "/" : path);
    for (const field of await page.locator(FIELDS).all()) {
      await field.fill(key.secret);
      await field.press("Enter");
      await expect(field, "the browser points at the field").toBeFocused();
      await expect(field).toHaveValue(key.secret);
      refused.push(path);
    }
  }
  expect(refused).toEqual(["/keys", "/requests", "/inventory", "/audit", "/search"]);
  expect(sent.filter((url) => url.includes(key.secret.slice(3, 20)))).toEqual([]);
}
