import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Fails with the rule, the element and the reason of each violation. */
export async function expectAccessible(page: Page, where: string): Promise<void> {
  // The other mode opens a second page each time to combine the results of frames, which these
  // pages do not need.
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).setLegacyMode(true).analyze();
  const found = violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.target.join(" ")}: ${node.failureSummary}`),
  );
  expect.soft(found, `axe finds nothing wrong: ${where}`).toEqual([]);
}
