// Faults that fail every test: errors of the page, messages in its console, unexpected refusals.

import type { BrowserContext, ConsoleMessage, Response } from "@playwright/test";

const RESOURCE = /^Failed to load resource: the server responded with a status of (\d{3})/;
const TOLD = "content security policy violated: ";

/**
 * Returns whether this is a refused form of a page. The page shows the reason, which the test
 * checks.
 */
function refusesForm(response: Response): boolean {
  const request = response.request();
  return [401, 422].includes(response.status()) && request.method() === "POST" && request.isNavigationRequest();
}

export class Guard {
  readonly #faults: string[] = [];
  readonly #expected = new Map<number, boolean>();
  readonly #expectedLines = new Map<string, boolean>();

  /**
   * Declares that the test provokes a response with this status. The test fails if none arrives.
   */
  expectStatus(status: number): void {
    this.#expected.set(status, this.#expected.get(status) ?? false);
  }

  /**
   * Declares that the test provokes this line in the browser's console. The test fails if it does
   * not appear.
   */
  expectConsole(text: string): void {
    this.#expectedLines.set(text, false);
  }

  async watch(context: BrowserContext): Promise<void> {
    await context.addInitScript((told) => {
      document.addEventListener("securitypolicyviolation", (event) => {
        console.error(`${told}${event.violatedDirective} by ${event.blockedURI || "inline"} at ${event.sourceFile}`);
      });
    }, TOLD);
    context.on("weberror", (error) => this.#faults.push(`page error: ${error.error().stack ?? error.error()}`));
    context.on("console", (message) => this.#heard(message));
    context.on("response", (response) => {
      const status = response.status();
      if (status < 400 || refusesForm(response)) return;
      if (this.#expected.has(status)) this.#expected.set(status, true);
      else this.#faults.push(`${status} for ${response.request().method()} ${response.url()}`);
    });
  }

  #heard(message: ConsoleMessage): void {
    const [type, text] = [message.type(), message.text()];
    if (type !== "error" && type !== "warning") return;
    // The browser's own message about a failed response, which is checked when it arrives.
    if (RESOURCE.test(text)) return;
    const expected = [...this.#expectedLines.keys()].find((line) => text.includes(line));
    if (expected !== undefined) {
      this.#expectedLines.set(expected, true);
      return;
    }
    this.#faults.push(`console ${type}: ${text} (${message.location().url})`);
  }

  /** Returns everything that went wrong, in order. */
  faults(): string[] {
    const missing = [...this.#expected].filter(([, came]) => !came).map(([status]) => `no answer had status ${status}`);
    const silent = [...this.#expectedLines].filter(([, came]) => !came).map(([line]) => `the console never said: ${line}`);
    return [...this.#faults, ...missing, ...silent];
  }
}
