// Pushes an inventory to Voxum: node push_inventory.mjs FILE
//
// The file is JSON (a list of items), XML, or CSV with commas, semicolons or tabs. Its name does not matter. Needs nothing but
// Node 20. Set VOXUM_URL and VOXUM_API_KEY in the environment, and never write the key into this file.
//
// Exit status: 0 if everything is stored; 1 if Voxum refused something that you have to correct; 2 if the settings or the
// file cannot be used; 75 if it is worth running this again later, which is always safe.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const TRIES = 8;
const LONGEST_WAIT = 300; // Seconds to wait between two tries at most.
const MOST_ITEMS = 5000; // Of one call.
const MOST_BYTES = 16 * 1024 * 1024;

function stop(status, message) {
  console.error(message);
  process.exit(status);
}

function settings() {
  // A file with a secret often ends with a newline, and a copied address with a slash.
  const url = (process.env.VOXUM_URL ?? "").trim().replace(/\/+$/, "");
  const key = (process.env.VOXUM_API_KEY ?? "").trim();
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    stop(2, "Set VOXUM_URL to the address of your Voxum Console, for example https://console.example.com.");
  }
  // Node would print a header with other characters in its error message.
  if (!/^[0-9A-Za-z_]+$/.test(key)) {
    stop(2, "Set VOXUM_API_KEY to the complete API key: letters, digits and underscores, without quotation marks.");
  }
  return [`${url}/api/inventory`, key];
}

/** Yields the number of the first item, the media type and the body of each call that the file takes. */
async function* calls(path) {
  let content = await readFile(path).catch((error) => stop(2, `${path} cannot be read: ${error.code}.`));
  if (content.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]))) content = content.subarray(3); // The byte-order mark.
  const beginning = content.toString("latin1", 0, 1000).trimStart()[0];
  if (beginning !== "[" && beginning !== "{") {
    if (content.length > MOST_BYTES) stop(2, `${path} is larger than 16 MiB, which is the most that one call takes. Split it.`);
    yield [0, beginning === "<" ? "application/xml" : "text/csv", content];
    return;
  }
  let items;
  try {
    items = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch (error) {
    stop(2, `${path} is not JSON in UTF-8: ${error.message}.`);
  }
  if (!Array.isArray(items)) items = items.items;
  if (!Array.isArray(items) || items.length === 0) {
    stop(2, `${path} contains no items. Write a list of items, or an object with such a list in \`items\`.`);
  }
  let [first, texts, size] = [0, [], 0];
  for (const [number, item] of items.entries()) {
    const text = JSON.stringify(item);
    const bytes = Buffer.byteLength(text) + 1;
    if (texts.length > 0 && (texts.length === MOST_ITEMS || size + bytes > MOST_BYTES - 100)) {
      yield [first, "application/json", `{"items":[${texts.join(",")}]}`];
      [first, texts, size] = [number, [], 0];
    }
    texts.push(text);
    size += bytes;
  }
  yield [first, "application/json", `{"items":[${texts.join(",")}]}`];
}

/** Returns the status, the headers and the text of the answer. The status is 0 if no whole answer came. */
async function send(url, headers, body) {
  try {
    // A redirect could send the key to another server.
    const signal = AbortSignal.timeout(300_000);
    const answer = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
    return [answer.status, answer.headers, await answer.text()];
  } catch (error) {
    return [0, new Headers(), error.cause?.message || error.cause?.code || error.message];
  }
}

/** Reads a JSON object, or returns an empty one. */
function fields(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** Reads `Retry-After`, which is a number of seconds or a date. */
function seconds(retryAfter) {
  if (/^[0-9]+$/.test(retryAfter)) return Number(retryAfter);
  return (Date.parse(retryAfter) - Date.now()) / 1000 || 0;
}

/** Describes a refusal and each fault, with its place in the file. */
function explain(status, headers, text, first) {
  const problem = fields(text);
  if (status === 0) return `No answer came from Voxum: ${text}`;
  if ([301, 302, 303, 307, 308].includes(status)) {
    return `${status}: the server has moved to ${headers.get("Location")}. Set VOXUM_URL to its new address.`;
  }
  if (!problem.code) {
    return `${status}: the answer does not come from Voxum. Check VOXUM_URL, and the proxies in between.`;
  }
  const lines = [`${status} ${problem.code}: ${problem.detail}`];
  for (const { pointer = "", line, id, detail } of problem.errors ?? []) {
    const place = pointer.replace(/^\/items\/([0-9]+)/, (_, number) => `/items/${Number(number) + first}`);
    const named = [line && `line ${line}`, id && `item ${id}`, place].filter(Boolean);
    lines.push(`  ${named.join(", ")}: ${detail}`);
  }
  lines.push(`  An admin finds this request by its ID: ${problem.instance}`);
  return lines.join("\n");
}

async function push(url, key, [first, kind, body]) {
  const headers = { "X-API-Key": key, "Content-Type": kind };
  headers["Idempotency-Key"] = randomUUID(); // The same for each try, so that Voxum carries the call out once.
  for (let tried = 1; ; tried += 1) {
    const [status, answered, text] = await send(url, headers, body);
    // A replay of an answer can lack its body.
    if (status === 200 && ("received" in fields(text) || answered.has("Idempotency-Replayed"))) {
      return console.log(text || "Stored by an earlier try.");
    }
    const reason = explain(status, answered, text, first).replaceAll(key, "[key]");
    const inFlight = status === 409 && fields(text).code === "conflict";
    if (!inFlight && ![0, 408, 429, 500, 502, 503, 504].includes(status)) stop(1, reason);
    const wait = Math.max(seconds(answered.get("Retry-After") ?? ""), 2 ** (tried - 1));
    if (tried === TRIES || wait > LONGEST_WAIT) {
      stop(75, `${reason}\nRun this again later. Sending the same items again is safe.`);
    }
    console.error(`${reason}\nTrying again in ${Math.round(wait)} s.`);
    await sleep(wait * 1000);
  }
}

if (process.argv.length !== 3) stop(2, "Usage: node push_inventory.mjs FILE");
const [url, key] = settings();
for await (const call of calls(process.argv[2])) await push(url, key, call);
