// Pushes an inventory to Voxum: node push_inventory.mjs items.json
// The file holds a list of items. Needs Node 20. Set VOXUM_URL and VOXUM_API_KEY (never write the key here).
import { readFile } from "node:fs/promises";

const url = `${process.env.VOXUM_URL}/api/inventory`;
const headers = { "X-API-Key": process.env.VOXUM_API_KEY, "Content-Type": "application/json" };

async function push(items) {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    let seconds = 2 ** attempt;
    let refused;
    try {
      const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify({ items }), signal: AbortSignal.timeout(60_000) });
      const text = await answer.text();
      if (answer.ok) return text;
      // Nothing but a change of ours would help.
      if (![408, 429, 502, 503, 504].includes(answer.status)) refused = `${answer.status} ${text}`;
      seconds = Number(answer.headers.get("Retry-After")) || seconds;
    } catch {
      // No answer came, or half of one.
    }
    if (refused) throw new Error(refused);
    await new Promise((done) => setTimeout(done, seconds * 1000));
  }
  throw new Error("Voxum did not answer; sending the same items again later is safe.");
}

const items = JSON.parse(await readFile(process.argv[2], "utf8"));
for (let start = 0; start < items.length; start += 5000) {
  console.log(await push(items.slice(start, start + 5000))); // At most 5,000 items a call.
}
