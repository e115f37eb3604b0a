// Tasks on the Dashboard, the same with and without JavaScript.

import { call, push } from "./api.ts";
import { SECRET } from "./keys.ts";
import type { Server } from "./server.ts";
import { expect, signIn, type Page } from "./test.ts";

/** Reloads the page until it shows the text: counts are written every two seconds. */
async function waitFor(page: Page, text: string | RegExp): Promise<void> {
  await expect(async () => {
    await page.goto("/");
    await expect(page.getByText(text).first()).toBeVisible({ timeout: 100 });
  }).toPass({ timeout: 7_000, intervals: [200] });
}

/** Takes the first steps of a new account one by one, with a refused call on the way. */
export async function takeFirstSteps(page: Page, server: Server): Promise<void> {
  await signIn(page, "/");
  await expect(page.getByRole("heading", { level: 1, name: "Dashboard" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Dashboard", exact: true })).toHaveAttribute("aria-current", "page");
  const steps = page.getByRole("region", { name: "Connect your first system" });
  const step = steps.getByRole("listitem");
  await expect(steps).toContainText("0 of 3 steps done");
  await expect(step.nth(0)).toHaveAttribute("aria-current", "step");
  await expect(page.getByRole("region", { name: "Requests", exact: true })).toHaveCount(0);

  await steps.getByRole("link", { name: "Create API Key" }).click();
  await page.getByLabel("Name").fill("Inventory Integration");
  await page.getByLabel("inventory:read").check();
  await page.getByLabel("inventory:write").check();
  await page.getByRole("button", { name: "Create API Key" }).click();
  const field = page.getByRole("textbox", { name: "API key" });
  await expect(field).toHaveValue(SECRET);
  const secret = await field.inputValue();

  await page.goto("/");
  await expect(steps).toContainText("1 of 3 steps done");
  await expect(step.nth(0)).toContainText("Done: Create an API key");
  await expect(step.nth(1)).toHaveAttribute("aria-current", "step");
  await expect(steps.getByText(`curl -H "X-API-Key: vx_abc123..." ${server.url}/api/key`)).toBeVisible();

  expect((await call(server, secret, "/api/leads")).status).toBe(403);
  await waitFor(page, "Missing permission");
  await expect(steps, "a refused call is not the first").toContainText("1 of 3 steps done");

  expect((await call(server, secret, "/api/key")).status).toBe(200);
  await waitFor(page, "2 of 3 steps done");
  await expect(step.nth(1)).toContainText("Done: Send your first request");

  expect((await push(server, secret, [{ id: "SKU001", name: "Honda Accord 2024" }])).status).toBe(200);
  await waitFor(page, "3 requests");
  await expect(steps).toHaveCount(0);
  const calls = page.getByRole("region", { name: "Requests", exact: true });
  await expect(calls).toContainText("3 requests, 1 rejected");
  const figures = page.getByRole("list", { name: "Key figures" });
  await expect(figures).toContainText("Requests today3");
  await expect(figures).toContainText("Rejected today33.3%");
  await expect(figures.getByRole("link", { name: /Active keys/ })).toHaveAttribute("href", "/keys?status=active");
  await expect(calls.getByRole("radiogroup", { name: "Requests per day over the last 30 days" })).toBeVisible();
  const inventory = page.getByRole("region", { name: "Inventory" });
  await expect(inventory).toContainText("1 item");
  await expect(inventory).toContainText("1 added by “Inventory Integration”");
}

/** Reads the numbers of single days from the chart, with the keyboard and with the pointer. */
export async function readChart(page: Page): Promise<void> {
  const chart = page.getByRole("radiogroup", { name: "Requests per day over the last 30 days" });
  const days = chart.locator("label");
  await expect(days).toHaveCount(30);
  const [today, yesterday, first] = [days.nth(29), days.nth(28), days.nth(0)].map((day) => day.locator(".reading"));
  await expect(today!).toBeHidden();

  await page.getByRole("list", { name: "Key figures" }).getByRole("link").last().focus();
  await page.keyboard.press("Tab");
  await expect(chart.getByRole("radio").nth(29), "one stop leads into the chart").toBeFocused();
  await expect(today!).toBeVisible();
  await expect(today!).toContainText(/Accepted\s*[\d,]+/);
  const bar = await days.nth(29).locator("svg").boundingBox();
  const numbersBelow = await today!.boundingBox();
  expect(numbersBelow!.y, "the numbers cover neither the bars nor the heading").toBeGreaterThanOrEqual(bar!.y + bar!.height);
  await page.keyboard.press("ArrowLeft");
  await expect(today!).toBeHidden();
  await expect(yesterday!).toBeVisible();
  await page.keyboard.press("Shift+Tab");
  await expect(yesterday!).toBeHidden();

  await days.nth(0).hover();
  await expect(first!).toBeVisible();
  const numbers = /Accepted\s*([\d,]+)Rejected\s*([\d,]+)/.exec((await first!.textContent()) ?? "");
  await expect(chart.getByRole("radio", { name: `: ${numbers?.[1]} accepted, ${numbers?.[2]} rejected` }).first()).toBeAttached();
  await page.mouse.move(0, 0);
  await expect(first!).toBeHidden();
  for (const width of await days.locator("svg").evaluateAll((bars) => bars.map((bar) => bar.getBoundingClientRect().width)))
    expect(width).toBeLessThanOrEqual(32);
}
