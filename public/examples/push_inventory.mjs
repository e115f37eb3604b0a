// Pushes an inventory to Voxum: node push_inventory.mjs FILE
//
// The file is JSON (a list of items), JSON Lines (an item on each line, as the console exports them), XML, or CSV with commas,
// semicolons or tabs. Its name does not matter. Needs nothing but Node 20. Set VOXUM_URL and VOXUM_API_KEY in the environment, and never write the key into this file.
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
  if (/^[a-z]+:\/\/[^/?#]*@/i.test(url)) {
    stop(2, "Remove the user name and the password from VOXUM_URL. Voxum takes nothing but the API key.");
  }
  if (!/^https?:\/\/[^/?#\s][^?#\s]*$/i.test(url) || !URL.canParse(url) || /:0*$/.test(url)) {
    stop(2, "Set VOXUM_URL to the address of your Voxum Console, for example https://console.example.com.");
  }
  // Node would print a header with other characters in its error message.
  if (!/^[0-9A-Za-z_]+$/.test(key)) {
    stop(2, "Set VOXUM_API_KEY to the complete API key: letters, digits and underscores, without quotation marks.");
  }
  return [`${url}/api/inventory`, key];
}

/** Reads JSON as Voxum does: `JSON.parse` keeps one of two fields of the same name, and a number that is too large is lost. */
function read(path, text) {
  const value = JSON.parse(text);
  const open = []; // The names in each object, and null for each list.
  const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"(?:\s*:)?|[{}[\]]|[-0-9][-+.0-9eE]*/g;
  for (const [token] of text.matchAll(tokens)) {
    if (token === "{" || token === "[") open.push(token === "{" ? new Set() : null);
    else if (token === "}" || token === "]") open.pop();
    else if (token.endsWith(":")) {
      const name = JSON.parse(token.slice(0, token.lastIndexOf('"') + 1));
      if (open.at(-1).has(name)) stop(2, `${path}: an object has the field ${JSON.stringify(name)} twice. Remove one of them.`);
      open.at(-1).add(name);
    } else if (token[0] !== '"' && !Number.isFinite(Number(token))) {
      stop(2, `${path}: ${token.slice(0, 30)} is not a number that Voxum can take. Correct it.`);
    }
  }
  return value;
}

/** Reads an item on each line; null if the first line is not one. */
function lines(path, text) {
  const items = [];
  for (const [index, line] of text.split("\n").entries()) {
    try {
      if (line.trim() !== "") items.push(read(path, line));
    } catch (error) {
      if (items.length === 0) return null;
      stop(2, `${path}: line ${index + 1} is not JSON: ${error.message}.`);
    }
  }
  return items;
}

function containedItems(path, text) {
  let value;
  try {
    value = read(path, text);
  } catch (error) {
    const items = lines(path, text);
    if (!items?.length || Object(items[0]) !== items[0] || Array.isArray(items[0])) {
      stop(2, `${path} is not JSON in UTF-8: ${error.message}.`);
    }
    return items;
  }
  if (Object(value) !== value || Array.isArray(value)) return value;
  if (!("items" in value)) return "id" in value ? [value] : []; // JSON Lines with one line.
  const more = Object.keys(value).find((name) => name !== "items");
  if (more !== undefined) stop(2, `${path}: ${JSON.stringify(more)} beside \`items\` would be lost. Remove it.`);
  return value.items;
}

/** Returns the number of the first item, the media type and the body of each call that the file takes. */
async function calls(path) {
  let content = await readFile(path).catch((error) => stop(2, `${path} cannot be read: ${error.code}.`));
  if (content.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]))) content = content.subarray(3); // The byte-order mark.
  const beginning = content.toString("latin1", 0, 1000).trimStart()[0];
  if (beginning !== "[" && beginning !== "{") {
    if (content.length > MOST_BYTES) stop(2, `${path} is larger than 16 MiB, which is the most that one call takes. Split it.`);
    return [[0, beginning === "<" ? "application/xml" : "text/csv", content]];
  }
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch (error) {
    stop(2, `${path} is not JSON in UTF-8: ${error.message}.`);
  }
  const items = containedItems(path, text);
  if (!Array.isArray(items) || items.length === 0) {
    stop(2, `${path} contains no items. Write a list of items, or an object with such a list in \`items\`.`);
  }
  const [made, seen] = [[], new Map()];
  let [first, texts, size] = [0, [], 0];
  for (const [number, item] of items.entries()) {
    const text = JSON.stringify(item);
    const bytes = Buffer.byteLength(text) + 1;
    if (texts.length > 0 && (texts.length === MOST_ITEMS || size + bytes > MOST_BYTES - 100)) {
      made.push([first, "application/json", `{"items":[${texts.join(",")}]}`]);
      [first, texts, size] = [number, [], 0];
    }
    // Within one call, Voxum reports an id that is there twice.
    if (typeof item?.id === "string") {
      const earlier = seen.get(item.id.trim()) ?? number;
      if (earlier < first) stop(2, `${path}: /items/${earlier} and /items/${number} have the same id. Send each id once.`);
      seen.set(item.id.trim(), earlier);
    }
    texts.push(text);
    size += bytes;
  }
  return [...made, [first, "application/json", `{"items":[${texts.join(",")}]}`]];
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
for (const call of await calls(process.argv[2])) await push(url, key, call);
