// A round trip with a client that openapi-typescript and openapi-fetch generate from the OpenAPI
// document.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Schemas = components["schemas"];
type Nullable<T> = null extends T ? true : false;

// Type check: fails if a nullable field is not typed as nullable, or the other way round.
export const nulls: [
  Nullable<Schemas["Item"]["price"]>,
  Nullable<Schemas["ItemList"]["next_cursor"]>,
  Nullable<Schemas["Lead"]["email"]>,
  Nullable<Schemas["ApiKey"]["expires_at"]>,
  Nullable<Schemas["Item"]["name"]>,
  Nullable<Schemas["LeadChanges"]["next_cursor"]>,
  Nullable<Schemas["LeadEdits"]["status"]>,
] = [true, true, true, true, false, false, false];

const { VOXUM_URL: baseUrl = "", VOXUM_API_KEY: key = "" } = process.env;
const client = createClient<paths>({ baseUrl, headers: { "X-API-Key": key } });

/** Returns the data of a response with this status. */
function expect<T>(status: number, answer: { data?: T; error?: unknown; response: Response }): T {
  assert.equal(answer.response.status, status, JSON.stringify(answer.error));
  return answer.data as T;
}

/** Returns the problem document of a refused call. */
function refusal(answer: { error?: Schemas["Problem"] }): Schemas["Problem"] {
  assert.ok(answer.error);
  return answer.error;
}

const calling = expect(200, await client.GET("/api/key"));
assert.ok(calling.scopes.includes("leads:write"));

// Items.
const path = { id: "TS/1 ü" };
const fields: Schemas["ItemFields"] = { name: "Škoda", price: "32500.10", category: null, attributes: { color: "red" } };
const created = expect(201, await client.PUT("/api/inventory/{id}", { params: { path }, body: fields }));
assert.deepEqual([created.price, created.category, created.attributes.color], [32500.1, null, "red"]);

const items: Schemas["NewItem"][] = [{ id: "TS-2", name: "n", currency: "EUR" }, { id: "TS-3", name: "n" }];
const once = { "Idempotency-Key": crypto.randomUUID() };
const pushed = await client.POST("/api/inventory", { params: { query: { mode: "merge" }, header: once }, body: { items } });
assert.equal(expect(200, pushed).created, 2);
const csv = await client.POST("/api/inventory", {
  body: "id,name\nTS-4,n\n",
  bodySerializer: (text) => text as string,
  headers: { "Content-Type": "text/csv" },
});
assert.equal(expect(200, csv).created, 1);

const ids: string[] = [];
let cursor: string | null = null;
do {
  const query: { limit: number; q: string; cursor?: string } = { limit: 1, q: "TS", ...(cursor && { cursor }) };
  const page: Schemas["ItemList"] = expect(200, await client.GET("/api/inventory", { params: { query } }));
  ids.push(...page.items.map((item) => item.id));
  cursor = page.next_cursor;
} while (cursor !== null);
assert.deepEqual(ids, ["TS-2", "TS-3", "TS-4", "TS/1 ü"]);

const read = await client.GET("/api/inventory/{id}", { params: { path } });
const header = { "If-Match": read.response.headers.get("ETag") ?? "" };
expect(200, await client.PUT("/api/inventory/{id}", { params: { path, header }, body: { name: "Changed" } }));
const stale = await client.DELETE("/api/inventory/{id}", { params: { path, header } });
assert.equal(refusal(stale).code, "precondition_failed");
expect(204, await client.DELETE("/api/inventory/{id}", { params: { path } }));
const gone = refusal(await client.GET("/api/inventory/{id}", { params: { path } }));
assert.deepEqual([gone.code, gone.status], ["not_found", 404]);

const faulty = { id: "TS-5", name: "n", price: "ten" };
const [fault] = refusal(await client.POST("/api/inventory", { body: { items: [faulty] } })).errors ?? [];
assert.deepEqual([fault?.pointer, fault?.code], ["/items/0/price", "invalid"]);

// Leads.
const lead = expect(201, await client.POST("/api/leads", { body: { email: "grace@example.com", note: null } }));
assert.deepEqual([lead.status, lead.phone], ["new", null]);
const params = { path: { id: lead.id } };
const edited = expect(200, await client.PATCH("/api/leads/{id}", { params, body: { status: "won", external_id: "C1" } }));
assert.deepEqual([edited.status, edited.external_id], ["won", "C1"]);
expect(204, await client.DELETE("/api/leads/{id}", { params }));
const { leads } = expect(200, await client.GET("/api/leads"));
const last = leads.at(-1);
assert.ok(last && last.id === lead.id && "deleted_at" in last && !("email" in last));
assert.equal(refusal(await client.POST("/api/leads", { body: { name: "n" } })).code, "invalid_body");

const stranger = createClient<paths>({ baseUrl });
assert.equal(refusal(await stranger.GET("/api/key")).code, "missing_key");
