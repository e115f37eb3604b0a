import { defineConfig } from "@playwright/test";
import { launchOptions } from "./support/chromium.ts";
import type { Options } from "./support/test.ts";

// Every test starts its own server with its own database (support/server.ts), so that none depends
// on another.
export default defineConfig<Options>({
  testDir: "journeys",
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: true,
  reporter: "list",
  timeout: 30_000,
  expect: { timeout: 5_000 },
  use: {
    launchOptions,
    locale: "en-GB",
    timezoneId: "UTC",
    viewport: { width: 1280, height: 800 },
    actionTimeout: 10_000,
    navigationTimeout: 15_000,
    screenshot: "only-on-failure",
  },
  projects: [
    { name: "hydrated", testIgnore: ["no-js/**", "slow-wasm/**"] },
    { name: "no-js", testMatch: "no-js/**", use: { javaScriptEnabled: false } },
    // The module loads late, so that people act on a page that is not hydrated yet.
    { name: "slow-wasm", testMatch: "slow-wasm/**", use: { wasmDelay: 3_000 } },
  ],
});
