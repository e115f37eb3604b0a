import { defineConfig } from "@playwright/test";

// Lighthouse drives a separate browser, and nothing else may run beside it.
export default defineConfig({
  testDir: ".",
  outputDir: "../test-results",
  workers: 1,
  reporter: "list",
  timeout: 30 * 60_000,
});
