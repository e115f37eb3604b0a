// Looking up why a call was refused, the same with and without JavaScript.

import { Seeder } from "./seed.ts";
import type { Server } from "./server.ts";
import { expect, signIn, type Page } from "./test.ts";

/** Makes a call with any text as its key, and returns the request id. */
export async function refusedCall(server: Server, key: string, path = "/api/inventory"): Promise<string> {
  const answer = await fetch(server.url + path, { headers: { "X-API-Key": key } });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  return answer.headers.get("x-request-id") ?? "";
}

/** Goes from the Dashboard to the reason for a refused call of an integration. */
export async function lookUp(page: Page, server: Server): Promise<void> {
  const seeder = await Seeder.signIn(server);
  const key = await seeder.createKey("Feed");
  const cut = await refusedCall(server, key.secret.slice(0, 38));
  const scope = await refusedCall(server, key.secret, "/api/leads");
  await signIn(page, "/");
  await page.getByRole("link", { name: "Look up its request ID" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Look up a request" })).toBeVisible();
  await page.getByLabel("Request ID").fill("no id");
  await page.getByRole("button", { name: "Look up" }).click();
  await expect(page.getByLabel("Request ID")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Request ID")).toHaveValue("no id");
  await page.getByLabel("Request ID").fill(cut);
  await page.getByRole("button", { name: "Look up" }).click();
  await expect(page.getByText("The key was incomplete: 38 of 52 characters.")).toBeVisible();
  await page.getByLabel("Request ID").fill(scope);
  await page.getByRole("button", { name: "Look up" }).click();
  await expect(page.getByText("The key was missing the permission leads:read")).toBeVisible();
  await page.getByRole("link", { name: "Feed", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Feed" })).toBeVisible();
}
