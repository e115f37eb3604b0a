import { defineConfig } from "@playwright/test";
import tests from "../playwright.config.ts";

export default defineConfig(tests, { testDir: ".", projects: [{ name: "screens" }] });
