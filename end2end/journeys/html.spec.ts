// The server sends valid HTML, and hydration does not change it.

import { HtmlValidate } from "html-validate/node";
import { Seeder, callForAMonth } from "../support/seed.ts";
import { seedItems, seedKeys, seedLeads } from "../support/states.ts";
import { expect, gotoHydrated, owner, signIn, test, type Page } from "../support/test.ts";

const validator = new HtmlValidate({
  extends: ["html-validate:recommended"],
  rules: {
    // The framework decides how the markup is written.
    "attribute-boolean-style": "off",
    "attribute-empty-style": "off",
    "no-trailing-whitespace": "off",
    "void-style": "off",
    "doctype-style": "off",
    // Roles are repeated for the cards below 640 px, since another `display` would remove the
    // table's semantics.
    "no-redundant-role": "off",
    "prefer-native-element": "off",
    "aria-label-misuse": ["error", { allowAnyNamable: true }],
    "form-dup-name": ["error", { shared: ["checkbox", "radio", "submit", "button", "reset"] }],
    // For the one-time token: some browsers would restore an old one in the field of a reloaded
    // page.
    "valid-autocomplete": "off",
  },
});

async function expectValid(html: string, where: string): Promise<void> {
  // The framework marks places for later content by `<!>`, which every browser reads as an empty
  // comment.
  const report = await validator.validateString(html.replaceAll("<!>", "<!---->"));
  const found = report.results.flatMap(({ messages }) =>
    messages.map(({ line, column, ruleId, message }) => `${line}:${column} ${ruleId}: ${message}`),
  );
  expect.soft(found, `valid HTML: ${where}`).toEqual([]);
}

test("every page that the server sends is valid HTML", async ({ server }) => {
  await expectValid(await (await fetch(`${server.url}/sign-in`)).text(), "sign in");
  const seeder = await Seeder.signIn(server);
  for (const path of ["/", "/keys", "/inventory", "/leads", "/keys/new", "/keys/new?preset=crm&name=CRM+Sync"]) {
    await expectValid(await seeder.html(path), `${path} while there is nothing`);
  }
  const { used, revoked } = await seedKeys(server);
  await seedItems(server, 60);
  await seedLeads(server, 4);
  callForAMonth(server, used);
  for (const path of ["/", "/keys", `/keys/${used.id}/revoke`, `/keys/${revoked.id}/revoke`, "/inventory", "/leads", "/nowhere"]) {
    await expectValid(await seeder.html(path), path);
  }
  await expectValid(await seeder.send("/keys", { name: "", expires: "90d", token: "0123456789abcdef".repeat(2) }), "a refused create form");
  await expectValid(await seeder.send(`/keys/${used.id}/revoke`, { confirm: "no" }), "a refused revoke form");
  const answer = await seeder.send("/keys", { name: "CRM Sync", expires: "90d", token: "0123456789abcdef".repeat(2), scopes: "leads:read" });
  expect(answer).toContain("Save your API key");
  await expectValid(answer, "the answer that shows a key");
});

test.describe("on an installation without an owner", () => {
  test.use({ firstOwner: "is made by link" });

  test("every page that the server sends is valid HTML", async ({ server }) => {
    await expectValid(await (await fetch(server.setupLink)).text(), "set up");
    const refused = await fetch(server.setupLink, {
      method: "POST",
      headers: { Origin: server.url },
      body: new URLSearchParams({ account_name: owner.account, email: owner.email, password: "short" }),
    });
    await expectValid(await refused.text(), "set up refused");
  });
});

/**
 * Returns the elements and texts of the body, without the parts that may differ: scripts, times,
 * nonces and values.
 */
async function skeleton(page: Page, html: string | null): Promise<string[]> {
  return page.evaluate((source) => {
    const body = source === null ? document.body : new DOMParser().parseFromString(source, "text/html").body;
    const lines: string[] = [];
    const walk = (node: Node, depth: number): void => {
      const indent = " ".repeat(depth);
      if (node instanceof Text) {
        const text = node.data.trim();
        if (text !== "") lines.push(indent + text);
      } else if (node instanceof Element) {
        if (node.matches("script, time")) return;
        const attributes = [...node.attributes]
          .filter(({ name }) => !["nonce", "value"].includes(name))
          .map(({ name, value }) => `${name}=${value}`)
          .sort();
        lines.push(indent + [node.localName, ...attributes].join(" "));
        for (const child of node.childNodes) walk(child, depth + 1);
      }
    };
    walk(body, 0);
    return lines;
  }, html);
}

test("hydration does not change the server's pages", async ({ page, server }) => {
  await signIn(page);
  const visit = async (path: string) => {
    const answer = await page.goto(path);
    const html = (await answer?.text()) ?? "";
    await gotoHydrated(page, path);
    const [sent, taken] = [await skeleton(page, html), await skeleton(page, null)];
    expect.soft(taken, path).toEqual(sent);
  };
  await visit("/keys");
  await seedKeys(server);
  for (const path of ["/keys", "/keys?q=nothing", "/keys/found", "/docs"]) await visit(path);
});
