// Scores and times of five pages, as Lighthouse measures them. `make lighthouse` runs this on the
// release binary. LIGHTHOUSE is the folder in which Lighthouse is installed, REPORTS is the one for
// its reports, and PAGES="keys docs" chooses pages.

import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, expect, test } from "@playwright/test";
import { callFromManyPlaces } from "../support/activity.ts";
import { call } from "../support/api.ts";
import { launchOptions } from "../support/chromium.ts";
import { Seeder, callForAMonth, use } from "../support/seed.ts";
import { Server, owner } from "../support/server.ts";
import { seedItems } from "../support/states.ts";

/** Lighthouse loads a page this many times, and the median counts. */
const RUNS = 3;

/** Scores are of 100, times are in milliseconds. */
interface Figures {
  performance: number;
  accessibility: number;
  bestPractices: number;
  largestPaint: number;
  interactive: number;
}

interface Measured extends Figures {
  processor: number;
  findings: string[];
}

interface Mode {
  name: string;
  desktop: boolean;
  flags: object;
  least: Partial<Figures>;
  most: Partial<Figures>;
}

/**
 * The first two simulate the networks and processors of Lighthouse's presets. The third one loads
 * the pages over loopback as fast as this machine can.
 */
const MODES: Mode[] = [
  {
    name: "desktop",
    desktop: true,
    flags: {},
    least: { performance: 100, accessibility: 100, bestPractices: 100 },
    most: {},
  },
  {
    name: "mobile",
    desktop: false,
    flags: {},
    least: { performance: 98, accessibility: 100, bestPractices: 100 },
    most: {},
  },
  {
    name: "loopback",
    desktop: true,
    flags: { throttlingMethod: "provided" },
    least: {},
    most: { largestPaint: 300, interactive: 500 },
  },
];

const CATEGORIES = ["performance", "accessibility", "best-practices"];

/** The parts of Lighthouse that are used here. It is installed only for this. */
interface Lighthouse {
  default: (url: string, flags: object, config?: object) => Promise<{ lhr: Result; report: string }>;
  desktopConfig: object;
}

interface Result {
  categories: Record<string, { score: number | null; auditRefs: { id: string; weight: number }[] }>;
  audits: Record<string, { score: number | null; title: string; numericValue?: number }>;
  finalDisplayedUrl: string;
  environment: { benchmarkIndex: number };
  runtimeError?: { message: string };
}

interface Browser {
  port: number;
  kill: () => void;
}

interface Launcher {
  launch: (options: object) => Promise<Browser>;
}

async function installed<Module>(path: string): Promise<Module> {
  const folder = process.env.LIGHTHOUSE;
  if (folder === undefined) throw new Error("LIGHTHOUSE is not set; run `make lighthouse`");
  return (await import(pathToFileURL(resolve(folder, "node_modules", path)).href)) as Module;
}

/** Fills an account with 24 keys, a month of their requests, and some items. */
async function seed(server: Server): Promise<string> {
  const seeder = await Seeder.signIn(server);
  await seedItems(server, 60);
  const names = ["Inventory Integration", "CRM Sync", "Dealer feed", "Website search", "Price export", "Test rides"];
  const places = ["Aachen", "Berlin", "Hamburg", "Zürich"];
  const keys = [];
  for (const place of places)
    for (const name of names)
      keys.push(await seeder.createKey(`${name} ${place}`, { expires: name === "CRM Sync" ? "never" : "90d" }));
  const [first, ...others] = keys;
  callFromManyPlaces(server, first!);
  for (const key of [first!, ...others.slice(0, 15)]) {
    callForAMonth(server, key);
    use(server, key);
  }
  for (let count = 0; count < 5; count += 1) expect((await call(server, first!.secret, "/api/leads")).status).toBe(403);
  return first!.id;
}

function figures({ categories, audits }: Result): Figures {
  const score = (category: string): number => Math.round((categories[category]?.score ?? NaN) * 100);
  return {
    performance: score("performance"),
    accessibility: score("accessibility"),
    bestPractices: score("best-practices"),
    largestPaint: audits["largest-contentful-paint"]?.numericValue ?? NaN,
    interactive: audits["interactive"]?.numericValue ?? NaN,
  };
}

/** Returns the audits that keep a score below 100. */
function findings({ categories, audits }: Result): string[] {
  const imperfect = Object.values(categories).filter(({ score }) => score !== null && score < 1);
  const refs = imperfect.flatMap(({ auditRefs }) => auditRefs);
  const failed = refs.filter(({ id, weight }) => weight > 0 && (audits[id]?.score ?? 1) < 1);
  return failed.map(({ id }) => `${id}: ${audits[id]?.title}`);
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Loads a page several times, and returns the medians. */
async function measure(load: (categories: string[]) => Promise<Result>, mode: Mode): Promise<Measured> {
  const results: Result[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    // The other categories are the same in each run.
    const all = run === 0 && mode.least.accessibility !== undefined;
    results.push(await load(all ? CATEGORIES : ["performance"]));
  }
  const runs = results.map(figures);
  const middle = (figure: keyof Figures): number => median(runs.map((run) => run[figure]));
  return {
    ...runs[0]!,
    performance: middle("performance"),
    largestPaint: middle("largestPaint"),
    interactive: middle("interactive"),
    processor: median(results.map(({ environment }) => environment.benchmarkIndex)),
    findings: [...new Set(results.flatMap(findings))],
  };
}

/** Returns a description of each figure that is out of its bound. NaN is out of every bound. */
function misses(label: string, measured: Figures, { least, most }: Mode): string[] {
  const compare = (bounds: Partial<Figures>, holds: (value: number, bound: number) => boolean, relation: string): string[] =>
    Object.entries(bounds).flatMap(([name, bound]) => {
      const value = measured[name as keyof Figures];
      return holds(value, bound) ? [] : [`${label}: ${name} is ${Math.round(value)}, and should be ${relation} ${bound}`];
    });
  return [...compare(least, (value, bound) => value >= bound, "at least"), ...compare(most, (value, bound) => value <= bound, "at most")];
}

function print(...texts: string[]): void {
  console.log(texts.map((text, index) => (index < 2 ? text.padEnd(10) : text.padStart(16))).join(""));
}

function printRow(page: string, mode: Mode, measured: Measured): void {
  const scores = [measured.performance, measured.accessibility, measured.bestPractices];
  const times = [measured.largestPaint, measured.interactive];
  print(
    page,
    mode.name,
    ...scores.map((score) => (Number.isNaN(score) ? "" : String(score))),
    ...times.map((time) => `${Math.round(time)} ms`),
    measured.processor.toFixed(),
  );
  for (const finding of measured.findings) console.log(`    ${finding}`);
}

test("pages are within the bounds for scores and times", async () => {
  const server = new Server();
  let browser: Browser | undefined;
  const outOfBounds: string[] = [];
  try {
    await server.start({ VOXUM_ADMIN_EMAIL: owner.email, VOXUM_ADMIN_PASSWORD: owner.password, VOXUM_LOG: "info" });
    const key = await seed(server);
    const signedIn = { Cookie: (await Seeder.signIn(server)).cookie };
    const pages = [
      { name: "sign-in", path: "/sign-in", extraHeaders: {} },
      { name: "keys", path: "/keys", extraHeaders: signedIn },
      { name: "key", path: `/keys/${key}`, extraHeaders: signedIn },
      { name: "dashboard", path: "/", extraHeaders: signedIn },
      { name: "docs", path: "/docs", extraHeaders: signedIn },
    ];
    const names = process.env.PAGES?.split(" ") ?? pages.map(({ name }) => name);
    const chosen = pages.filter(({ name }) => names.includes(name));
    expect(chosen, "PAGES names pages, separated by spaces").toHaveLength(names.length);

    const { launch } = await installed<Launcher>("chrome-launcher/dist/index.js");
    const { default: lighthouse, desktopConfig } = await installed<Lighthouse>("lighthouse/core/index.js");
    browser = await launch({
      chromePath: launchOptions.executablePath ?? chromium.executablePath(),
      chromeFlags: ["--headless", ...launchOptions.args],
    });
    const { port } = browser;
    const reports = process.env.REPORTS ?? "test-results/lighthouse";
    mkdirSync(reports, { recursive: true });

    // The last column is Lighthouse's benchmark of the processor. Below about 1,000, this machine
    // is too slow or too busy for the figures to mean much.
    console.log("");
    print("page", "mode", "performance", "accessibility", "best practices", "LCP", "interactive", "processor");
    for (const { name, path, extraHeaders } of chosen)
      for (const mode of MODES) {
        const load = async (onlyCategories: string[]): Promise<Result> => {
          const url = server.url + path;
          const flags = { port, logLevel: "error", output: "html", onlyCategories, extraHeaders, ...mode.flags };
          const { lhr, report } = await lighthouse(url, flags, mode.desktop ? desktopConfig : undefined);
          if (lhr.runtimeError !== undefined) throw new Error(`${name}: ${lhr.runtimeError.message}`);
          expect(lhr.finalDisplayedUrl, "the page is shown, and no other instead").toBe(url);
          if (onlyCategories.length > 1 || mode.name === "loopback") writeFileSync(join(reports, `${name}-${mode.name}.html`), report);
          return lhr;
        };
        const measured = await measure(load, mode);
        printRow(name, mode, measured);
        outOfBounds.push(...misses(`${name}, ${mode.name}`, measured, mode));
      }
  } finally {
    browser?.kill();
    await server.stop();
    server.remove();
  }
  expect(outOfBounds, "every figure is within its bound").toEqual([]);
});
