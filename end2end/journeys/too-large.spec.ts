import { writeFileSync } from "node:fs";
import { expect, signIn, test } from "../support/test.ts";

const MIB = 1024 * 1024;

/** Creates a file of so many bytes, and returns its path. */
function file(bytes: number): string {
  const path = test.info().outputPath(`cars-${bytes}.csv`);
  writeFileSync(path, Buffer.alloc(bytes, " "));
  return path;
}

test("a file above the limit is refused when it is chosen, and nothing is sent", async ({ page }) => {
  await signIn(page, "/inventory/import");
  const field = page.getByLabel("File", { exact: true });
  const message = () => field.evaluate((input: HTMLInputElement) => input.validationMessage);
  let sent = 0;
  page.on("request", (request) => (sent += Number(request.method() === "POST")));
  await field.setInputFiles(file(16 * MIB + 1));
  expect(await message()).toContain("larger than 16 MiB");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(field).toBeFocused();
  expect(sent).toBe(0);
  await field.setInputFiles(file(16 * MIB));
  expect(await message(), "the fault goes away with another file").toBe("");
});

test("the page shows the server's refusal of a large file", async ({ page, guard }) => {
  guard.expectStatus(413);
  await signIn(page, "/inventory/import");
  const field = page.getByLabel("File", { exact: true });
  await field.setInputFiles(file(40 * MIB));
  // As in a browser that does not run the check.
  await field.evaluate((input: HTMLInputElement) => input.setCustomValidity(""));
  await page.getByRole("button", { name: "Continue" }).click();
  const report = page.getByRole("region", { name: "Why the file was rejected" });
  await expect(report).toContainText("larger than 16 MiB", { timeout: 20_000 });
});
