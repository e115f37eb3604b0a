import { expect, type Page } from "@playwright/test";
import axe, { type RunOptions } from "axe-core";

declare global {
  interface Window {
    axe: typeof axe;
  }
}

const OPTIONS: RunOptions = {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
  // Describes only the elements that violate a rule, not the thousands that satisfy it.
  resultTypes: ["violations"],
};

/** Fails with the rule, the element and the reason of each violation, also in frames. */
export async function expectAccessible(page: Page, where: string): Promise<void> {
  // Half a megabyte of script takes long to load, so a document that has it keeps it.
  for (const frame of page.frames()) {
    if (!(await frame.evaluate(() => "axe" in window))) await frame.evaluate(axe.source);
  }
  const violations = await page.evaluate(async (options) => (await window.axe.run(document, options)).violations, OPTIONS);
  const found = violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.target.join(" ")}: ${node.failureSummary}`),
  );
  expect.soft(found, `axe finds nothing wrong: ${where}`).toEqual([]);
}
