// Pushes an inventory to Voxum: node push_inventory.mjs items.json
// The file holds a list of items. Needs Node 20. Set VOXUM_URL and VOXUM_API_KEY (never write the key here).
import { readFile } from "node:fs/promises";

const url = `${process.env.VOXUM_URL}/api/inventory`;
const headers = { "X-API-Key": process.env.VOXUM_API_KEY, "Content-Type": "application/json" };
const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

async function push(items) {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const sent = fetch(url, { method: "POST", headers, body: JSON.stringify({ items }), signal: AbortSignal.timeout(60_000) });
    const answer = await sent.catch(() => undefined);
    if (answer?.ok) return answer.json();
    if (answer && answer.status !== 429 && answer.status !== 503) {
      // Nothing but a change of ours would help.
      const problem = await answer.json();
      for (const { pointer, detail } of problem.errors ?? []) console.error(pointer, detail);
      throw new Error(`${problem.code}: ${problem.detail}`);
    }
    await wait(Number(answer?.headers.get("Retry-After") ?? 2 ** attempt));
  }
  throw new Error("Voxum did not answer; sending the same items again later is safe.");
}

const items = JSON.parse(await readFile(process.argv[2], "utf8"));
for (let start = 0; start < items.length; start += 5000) {
  console.log(JSON.stringify(await push(items.slice(start, start + 5000)))); // At most 5,000 items a call.
}
