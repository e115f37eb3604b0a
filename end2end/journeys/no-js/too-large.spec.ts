// A file above the limit, with JavaScript switched off: the browser sends all of it before it reads
// the response.

import { writeFileSync } from "node:fs";
import { expect, signIn, test } from "../../support/test.ts";

test("the page shows the server's refusal of a large file", async ({ page, guard }) => {
  guard.expectStatus(413);
  await signIn(page, "/inventory/import");
  const path = test.info().outputPath("cars.csv");
  writeFileSync(path, Buffer.alloc(40 * 1024 * 1024, " "));
  await page.getByLabel("File", { exact: true }).setInputFiles(path);
  await page.getByRole("button", { name: "Continue" }).click();
  const report = page.getByRole("region", { name: "Why the file was rejected" });
  await expect(report).toContainText("larger than 16 MiB", { timeout: 20_000 });
});
