import { readFileSync } from "node:fs";
import { push } from "../support/api.ts";
import { Keys } from "../support/keys.ts";
import { expect, hydrated, signIn, test } from "../support/test.ts";

type Car = { Name: string } & Record<string, string | number | null>;

/** Returns the cars of a public data set as a dealer's feed would send them. */
function cars(): { id: string; name: string; attributes: Record<string, string> }[] {
  const file = new URL("../node_modules/vega-datasets/data/cars.json", import.meta.url);
  const rows = JSON.parse(readFileSync(file, "utf8")) as Car[];
  return rows.map(({ Name, ...rest }, index) => ({
    id: `CAR-${String(index + 1).padStart(4, "0")}`,
    name: Name,
    attributes: Object.fromEntries(
      Object.entries(rest).flatMap(([key, value]) => (value === null ? [] : [[key, String(value)]])),
    ),
  }));
}

test("a dealer's feed arrives, is listed in the console, and changes nothing the second time", async ({ page, server }) => {
  const items = cars();
  expect(items).toHaveLength(406);
  await signIn(page);
  await hydrated(page);
  const keys = new Keys(page);
  const secret = await keys.create("Inventory Integration");
  await keys.done();

  const first = await push(server, secret, items);
  expect(first).toMatchObject({ status: 200, body: { received: 406, created: 406, unchanged: 0 } });
  const second = await push(server, secret, items);
  expect(second).toMatchObject({ status: 200, body: { received: 406, created: 0, unchanged: 406 } });

  await page.goto("/inventory");
  await expect(page.getByText("406")).toBeVisible();
  const listed: string[] = [];
  const next = page.getByRole("link", { name: /next/i });
  for (;;) {
    const rows = page.getByRole("table").getByRole("row");
    const texts = await rows.allInnerTexts();
    const ids = texts.flatMap((text) => /CAR-\d{4}/.exec(text)?.[0] ?? []);
    listed.push(...ids);
    expect(listed.length).toBeLessThanOrEqual(406);
    if (!(await next.isVisible())) break;
    const last = ids.at(-1)!;
    await next.click();
    await expect(page.getByText(last, { exact: true })).toBeHidden();
  }
  expect(listed).toEqual(items.map(({ id }) => id));
});
