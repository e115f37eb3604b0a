// Calls from outside the browser, as an integration makes them.

import type { Server } from "./server.ts";

/** The fields of response bodies that some test reads. */
interface Body {
  code?: string;
  id?: string;
  name?: string;
  last_used_at?: string | null;
  received?: number;
  created?: number;
  unchanged?: number;
}

export interface Answer {
  status: number;
  body: Body;
}

/** Calls the API with a key, by GET unless `init` specifies another method. */
export async function call(server: Server, secret: string, path: string, init: RequestInit = {}): Promise<Answer> {
  const headers = new Headers(init.headers);
  headers.set("X-API-Key", secret);
  headers.set("User-Agent", "feed-robot/1.0");
  const response = await fetch(server.url + path, { ...init, headers });
  return { status: response.status, body: (await response.json()) as Body };
}

/** Sends one lead. */
export async function send(server: Server, secret: string, lead: object): Promise<Answer> {
  return call(server, secret, "/api/leads", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(lead),
  });
}

/** Updates one lead. */
export async function edit(server: Server, secret: string, id: string, fields: object): Promise<Answer> {
  return call(server, secret, `/api/leads/${id}`, {
    method: "PATCH",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(fields),
  });
}

export async function push(server: Server, secret: string, items: object[]): Promise<Answer> {
  return call(server, secret, "/api/inventory", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ items }),
  });
}
