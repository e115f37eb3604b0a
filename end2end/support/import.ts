// The import of a file, step by step, and the states of its pages.

import { readFileSync } from "node:fs";
import { expect, type Page } from "@playwright/test";
import type { State } from "./states.ts";
import { signIn } from "./test.ts";

/** Reads a file as another system exports it. */
export function feed(name: string): { name: string; mimeType: string; buffer: Buffer } {
  return { name, mimeType: "application/octet-stream", buffer: readFileSync(new URL(`../feeds/${name}`, import.meta.url)) };
}

export function text(content: string, name = "cars.csv"): { name: string; mimeType: string; buffer: Buffer } {
  return { name, mimeType: "text/csv", buffer: Buffer.from(content) };
}

/** Chooses a file and continues to its description. */
export async function choose(page: Page, file: ReturnType<typeof text>): Promise<void> {
  await page.getByLabel("File", { exact: true }).setInputFiles(file);
  await page.getByRole("button", { name: "Continue" }).click();
}

/** Continues to the preview. If the file names no currency of its prices, chooses US dollars. */
export async function check(page: Page): Promise<void> {
  const currency = page.getByLabel("Currency for prices without one");
  if ((await currency.count()) > 0 && (await currency.inputValue()) === "") {
    await currency.selectOption("USD");
  }
  await page.getByRole("button", { name: "Check the file" }).click();
  await expectStep(page, "Check");
}

/** Checks which step is the present one, and that those before it are completed. */
export async function expectStep(page: Page, name: string): Promise<void> {
  const steps = page.getByRole("list", { name: "Steps" }).getByRole("listitem");
  const names = ["Choose file", "Match columns", "Check", "Done"];
  const present = names.indexOf(name);
  for (const [index, step] of names.entries()) {
    const item = steps.nth(index);
    await expect(item).toContainText(step);
    const isCompleted = index < present || name === "Done";
    await expect(item.getByText("Completed:")).toHaveCount(isCompleted ? 1 : 0);
    if (index === present) {
      await expect(item).toHaveAttribute("aria-current", "step");
    } else {
      await expect(item).not.toHaveAttribute("aria-current");
    }
  }
}

/** Confirms the import by the button with this name. */
export async function apply(page: Page, name: string | RegExp = /^(?:Add|Update) \d+ /): Promise<void> {
  await page.getByRole("button", { name, exact: true }).click();
  await expect(page.getByText("Import complete")).toBeVisible();
  await expectStep(page, "Done");
}

/** Checks a number of a preview or of a result. */
export async function expectNumber(page: Page, name: string, number: number): Promise<void> {
  await expect(page.locator(".import-numbers div").filter({ hasText: name }).getByRole("definition")).toHaveText(String(number));
}

export const IMPORT_STATES: readonly State[] = [
  {
    name: "import start",
    shows: "/inventory/import",
    open: async ({ page }) => {
      await signIn(page, "/inventory/import");
    },
  },
  {
    name: "import start with a refused file and another one begun",
    open: async ({ page }) => {
      await signIn(page, "/inventory/import");
      await choose(page, text("id,name\nA,\"a\n"));
      await expect(page.getByText("The file cannot be read")).toBeVisible();
    },
  },
  {
    name: "import of a table",
    shows: "/inventory/import/{id}",
    open: async ({ page }) => {
      await signIn(page, "/inventory/import");
      await choose(page, feed("woocommerce.csv"));
      await expect(page.getByRole("heading", { name: "Columns" })).toBeVisible();
    },
  },
  {
    name: "import with options that are refused",
    open: async ({ page }) => {
      await signIn(page, "/inventory/import");
      await choose(page, text("a,b\n1,2\n"));
      await page.getByRole("button", { name: "Check the file" }).click();
      await expect(page.getByText("Correct these options")).toBeVisible();
    },
  },
  {
    name: "import preview with changes and removals",
    shows: "/inventory/import/{id}/preview",
    open: async ({ page }) => {
      await signIn(page, "/inventory/import");
      await choose(page, text("id,name,price\nA,Accord,100\nB,Civic,200\n"));
      await check(page);
      await apply(page);
      await page.getByRole("link", { name: "Import another file" }).click();
      await choose(page, text("id,name,price\nA,Accord,150\nC,Jazz,ten\nD,Yaris,5\n"));
      await page.getByLabel("Effect on the inventory").selectOption("replace");
      await check(page);
    },
  },
  {
    name: "import start with an import that was begun and another one discarded",
    open: async ({ page }) => {
      await signIn(page, "/inventory/import");
      await choose(page, text("id,name\nA,Accord\n"));
      await check(page);
      await page.getByRole("button", { name: "Discard this import" }).click();
      await expect(page.getByText("Discarded. The file was deleted")).toBeVisible();
      await choose(page, text("id,name\nA,Accord\n"));
      await page.goto("/inventory/import");
      await expect(page.getByRole("button", { name: "Discard this import" })).toBeVisible();
    },
  },
  {
    name: "import preview with faults, emptied fields and new items",
    open: async ({ page }) => {
      await signIn(page, "/inventory/import");
      await choose(page, text("id,name,price,category,description\nA,Accord,100,Sedan,Red\nB,Civic,200,Sedan,Blue\n"));
      await check(page);
      await apply(page);
      await page.getByRole("link", { name: "Import another file" }).click();
      const faulty = Array.from({ length: 120 }, (_, n) => `F${n},Faulty ${n},ten\n`);
      await choose(page, text(`id,name,price\nA,Accord,100\nB,Civic,250\nC,Jazz,300\n${faulty.join("")}`));
      await check(page);
      await expect(page.getByText("Fields of stored items will be emptied")).toBeVisible();
    },
  },
  {
    name: "import result",
    open: async ({ page }) => {
      await signIn(page, "/inventory/import");
      await choose(page, feed("dealer-de.csv"));
      await check(page);
      await apply(page);
    },
  },
];
