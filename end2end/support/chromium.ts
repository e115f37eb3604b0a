// The browser for the tests: the one in CHROMIUM_PATH, otherwise an installed Chromium, otherwise
// Playwright's own. The headless shell comes first: it has the same engine, and the tests take two
// thirds of the time, since it opens a page without the window of a whole browser around it.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function installed(): string | undefined {
  const directories = ["/usr/bin", ...(process.env.PATH ?? "").split(delimiter)];
  return NAMES.flatMap((name) => directories.map((directory) => join(directory, name))).find(executable);
}

const path = process.env.CHROMIUM_PATH ?? installed();

export const launchOptions = {
  ...(path === undefined ? {} : { executablePath: path }),
  args: [
    // Chromium's own sandbox cannot start if the tests run as root, as they do in a container.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};
