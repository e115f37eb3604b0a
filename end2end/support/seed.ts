// Keys that exist before a test begins, created by plain forms without a browser.

import { execFileSync } from "node:child_process";
import { owner, type Server } from "./server.ts";

export interface Seeded {
  id: string;
  name: string;
  secret: string;
}

const SECRET = /vx_[0-9A-Za-z]{49}/;

/** The owner without a browser, who submits the console's forms. */
export class Seeder {
  static readonly #seeders = new WeakMap<Server, Promise<Seeder>>();

  readonly #server: Server;
  readonly cookie: string;

  private constructor(server: Server, cookie: string) {
    this.#server = server;
    this.cookie = cookie;
  }

  /** Returns the owner's session, the same one for each caller of a server. */
  static signIn(server: Server): Promise<Seeder> {
    const seeder = Seeder.#seeders.get(server) ?? Seeder.#signIn(server);
    Seeder.#seeders.set(server, seeder);
    return seeder;
  }

  static async #signIn(server: Server): Promise<Seeder> {
    const answer = await post(server, "/sign-in", new URLSearchParams({ email: owner.email, password: owner.password }));
    const cookie = answer.headers.getSetCookie().map((line) => line.split(";")[0]);
    if (answer.status !== 303 || cookie.length === 0) throw new Error(`signing in answered ${answer.status}`);
    return new Seeder(server, cookie.join("; "));
  }

  async createKey(name: string, { scopes = ["inventory:read", "inventory:write"], expires = "90d" } = {}): Promise<Seeded> {
    const form = await fetch(`${this.#server.url}/keys/new`, { headers: { Cookie: this.cookie } });
    const token = inputValue(await form.text(), "token");
    const fields = new URLSearchParams({ token, name, expires });
    for (const scope of scopes) fields.append("scopes", scope);
    const page = await (await post(this.#server, "/keys", fields, this.cookie)).text();
    const secret = SECRET.exec(page)?.[0];
    if (secret === undefined) throw new Error(`no key was shown:\n${page}`);
    // The id is found in the list rather than through the key itself, which stays unused.
    const list = await (await fetch(`${this.#server.url}/keys`, { headers: { Cookie: this.cookie } })).text();
    const preview = secret.slice(0, 9);
    const row = list.split(/<tr\b/).find((text) => text.includes(preview));
    const id = /\/keys\/([0-9a-f-]{36})/.exec(row ?? "")?.[1];
    if (id === undefined) throw new Error(`${name} is not in the list`);
    return { id, name, secret };
  }

  /** Rotates a key, and returns the id of the new one. */
  async rotate(key: Seeded, grace: string): Promise<string> {
    const path = `/keys/${key.id}/rotate`;
    const form = await fetch(this.#server.url + path, { headers: { Cookie: this.cookie } });
    const token = inputValue(await form.text(), "token");
    const answer = await post(this.#server, path, new URLSearchParams({ token, grace, expires: "same" }), this.cookie);
    if (!SECRET.test(await answer.text())) throw new Error(`rotating answered ${answer.status} and no key`);
    const page = await (await fetch(`${this.#server.url}/keys/${key.id}`, { headers: { Cookie: this.cookie } })).text();
    const id = [...page.matchAll(/\/keys\/([0-9a-f-]{36})"/g)].map(([, found]) => found).find((found) => found !== key.id);
    if (id === undefined) throw new Error("the new key is not on the old one's page");
    return id;
  }

  async revoke(key: Seeded): Promise<void> {
    const answer = await post(this.#server, `/keys/${key.id}/revoke`, new URLSearchParams({ reason: "replaced" }), this.cookie);
    if (answer.status !== 303) throw new Error(`revoking answered ${answer.status}`);
  }

  /** Submits a form, and returns the page of the response. */
  async send(path: string, fields: Record<string, string>): Promise<string> {
    return (await post(this.#server, path, new URLSearchParams(fields), this.cookie)).text();
  }

  /** Returns a page as the server sends it. */
  async html(path: string): Promise<string> {
    return (await fetch(this.#server.url + path, { headers: { Cookie: this.cookie } })).text();
  }
}

/**
 * Simulates a call with a key just now. A real call takes seconds to appear, and has a journey of
 * its own.
 */
export function use(server: Server, key: Seeded): void {
  sql(server, "UPDATE api_keys SET last_used_at = ?, last_used_ip = ?, last_used_agent = ? WHERE id = ?", [
    Date.now() - 3 * 60_000,
    "203.0.113.7",
    "dealer-feed/2.4 (Linux x86_64)",
    key.id,
  ]);
}

/**
 * Simulates 30 days of calls with a key: fewer calls on Sundays, more each week, some refused. No
 * test can wait for a real month; the counting of calls has a separate journey.
 */
export function callForAMonth(server: Server, key: Seeded): void {
  const [quarter, day] = [900_000, 86_400_000];
  const now = Math.floor(Date.now() / quarter) * quarter;
  const rows: (string | number)[][] = [];
  for (let ago = 29; ago >= 0; ago -= 1) {
    const at = now - ago * day;
    const busy = new Date(at).getUTCDay() === 0 ? 0.2 : 1;
    const calls: Record<string, number> = {
      accepted: Math.round((820 + (29 - ago) * 14 + ((ago * 37) % 11) * 22) * busy),
      rate_limited: ago % 6 === 0 ? 118 : 0,
      invalid_body: (ago * 5) % 9,
      not_found: ago % 4 === 1 ? 21 : 2,
      revoked_key: ago < 3 ? 34 : 0,
    };
    for (const [outcome, count] of Object.entries(calls)) if (count > 0) rows.push([at, outcome, count, key.id]);
  }
  // The same calls are counted twice: those of the account, and those of the key.
  for (const [into, from] of [
    ["account_calls (account_id, quarter", "account_id"],
    ["key_calls (account_id, key_id, hour", "account_id, id"],
  ])
    sql(
      server,
      `INSERT INTO ${into}, outcome, calls) SELECT ${from}, ?, ?, ? FROM api_keys WHERE id = ? ` +
        "ON CONFLICT DO UPDATE SET calls = excluded.calls",
      ...rows,
    );
}

/**
 * Simulates a rotation of thirty days that began 29 days ago, with calls that moved to the new key
 * day by day.
 */
export function moveCalls(server: Server, old: Seeded, id: string): void {
  const [hour, day] = [3_600_000, 86_400_000];
  const now = Date.now();
  const since = now - 29 * day;
  sql(server, "UPDATE api_keys SET created_at = created_at - ?, replaced_at = ?, expires_at = ? WHERE id = ?", [
    60 * day,
    since,
    since + 30 * day,
    old.id,
  ]);
  sql(server, "UPDATE api_keys SET created_at = ? WHERE id = ?", [since, id]);
  use(server, old);
  const rows: (string | number)[][] = [];
  for (let ago = 30; ago >= 0; ago -= 1) {
    const at = Math.floor((now - ago * day) / hour) * hour;
    const moved = ago > 29 ? 0 : Math.min(1, (29 - ago) / 12);
    const calls = 400 + ((ago * 37) % 11) * 20;
    const counts: [string, number][] = [
      [old.id, Math.max(3, Math.round(calls * (1 - moved)))],
      [id, Math.round(calls * moved)],
    ];
    for (const [key, count] of counts) if (count > 0) rows.push([at, count, key]);
  }
  sql(server, "INSERT INTO key_calls (account_id, key_id, hour, outcome, calls) SELECT account_id, id, ?, 'accepted', ? FROM api_keys WHERE id = ?", ...rows);
}

/** Simulates that the account's accepted calls have been deleted after a long time. */
export function forgetCalls(server: Server): void {
  sql(server, "DELETE FROM account_calls WHERE outcome = ?", ["accepted"]);
}

/** Makes a key expire in three days, which is sooner than any choice of the form. */
export function endSoon(server: Server, key: Seeded): void {
  sql(server, "UPDATE api_keys SET expires_at = ? WHERE id = ?", [Date.now() + 3 * 86_400_000 + 60_000, key.id]);
}

/** Makes the owner a viewer. No command does that yet. */
export function demoteOwner(server: Server): void {
  sql(server, "UPDATE members SET role = ? WHERE email = ?", ["viewer", owner.email]);
}

/** Makes a key expire in the past, since no choice of the form is short enough to wait for. */
export function expire(server: Server, key: Seeded): void {
  const day = 86_400_000;
  sql(server, "UPDATE api_keys SET created_at = created_at - ?, expires_at = ? WHERE id = ?", [
    8 * day,
    Date.now() - day,
    key.id,
  ]);
}

/**
 * The interpreter itself. `python3` may be the script of a version manager, which takes ten times as
 * long to start as Python does.
 */
let python: string | undefined;

/**
 * Runs a statement on the server's database, once for each row of values. It uses Python, which is
 * available wherever the console is built, since Node 20 has no SQLite.
 */
export function sql(server: Server, statement: string, ...rows: (string | number)[][]): void {
  const program = [
    "import json, sqlite3, sys",
    "path, statement, rows = json.load(sys.stdin)",
    "with sqlite3.connect(path, timeout=5) as database:",
    "    for values in rows:",
    "        assert database.execute(statement, values).rowcount == 1",
  ].join("\n");
  python ??= execFileSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).trim();
  execFileSync(python, ["-I", "-S", "-c", program], { input: JSON.stringify([server.database, statement, rows]) });
}

async function post(server: Server, path: string, body: URLSearchParams, cookie = ""): Promise<Response> {
  const headers = { Origin: server.url, "Sec-Fetch-Site": "same-origin", ...(cookie === "" ? {} : { Cookie: cookie }) };
  return fetch(server.url + path, { method: "POST", body, redirect: "manual", headers });
}

function inputValue(html: string, name: string): string {
  const tag = [...html.matchAll(/<input\b[^>]*>/g)].map(([text]) => text).find((text) => text.includes(`name="${name}"`));
  const value = /\bvalue="([^"]*)"/.exec(tag ?? "")?.[1];
  if (value === undefined) throw new Error(`no field ${name} in:\n${html}`);
  return value;
}
