// The real binary, with a separate directory and port.

import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, createWriteStream, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The first owner in all tests. */
export const owner = {
  account: "Harbour Cars",
  email: "ada@harbour-cars.example",
  password: "seven lanterns over the quay",
};

const START_MS = 20_000;
const STOP_MS = 12_000;

function binary(): string {
  const here = fileURLToPath(new URL(".", import.meta.url));
  return resolve(process.env.VOXUM_BIN ?? join(here, "../../target/debug/voxum"));
}

/** Returns the environment without the settings of the person who runs the tests. */
function environment(settings: Record<string, string>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("VOXUM_"));
  return { ...Object.fromEntries(inherited), ...settings };
}

export class Server {
  readonly #directory = mkdtempSync(join(tmpdir(), "voxum-e2e-"));
  readonly dataDirectory = join(this.#directory, "data");
  readonly logFile = join(this.#directory, "voxum.log");
  #child: ChildProcess | undefined;
  #stdout = "";
  #url: string | undefined;

  /** Begins with an empty data directory, or with a copy of another one. */
  constructor(template?: string) {
    if (template === undefined) mkdirSync(this.dataDirectory);
    else cpSync(template, this.dataDirectory, { recursive: true });
  }

  /** The address at which the server listens. */
  get url(): string {
    if (this.#url === undefined) throw new Error("the server was not started");
    return this.#url;
  }

  get database(): string {
    return join(this.dataDirectory, "voxum.db");
  }

  /** The link that creates the first owner; it is printed only if there is none. */
  get setupLink(): string {
    const link = /^Set up the first owner: (\S+)$/m.exec(this.#stdout)?.[1];
    if (link === undefined) throw new Error(`no setup link was printed:\n${this.#stdout}`);
    return link;
  }

  /** Returns the server's log so far. */
  log(): string {
    return readFileSync(this.logFile, "utf8");
  }

  /** Returns every file of the data directory with its content. */
  files(): { name: string; bytes: Buffer }[] {
    return readdirSync(this.dataDirectory, { recursive: true, encoding: "utf8" })
      .filter((name) => statSync(join(this.dataDirectory, name)).isFile())
      .map((name) => ({ name, bytes: readFileSync(join(this.dataDirectory, name)) }));
  }

  async start(settings: Record<string, string> = {}): Promise<void> {
    const child = spawn(binary(), ["serve"], {
      cwd: this.#directory,
      env: environment({
        VOXUM_LISTEN: "127.0.0.1:0",
        VOXUM_DATABASE_URL: `sqlite:${this.database}`,
        VOXUM_LOG: "trace",
        ...settings,
      }),
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    const log = createWriteStream(this.logFile, { flags: "a" });
    child.stderr!.pipe(log);
    await new Promise<void>((listening, failed) => {
      const late = setTimeout(() => failed(new Error(`no answer within ${START_MS} ms`)), START_MS);
      child.once("error", failed);
      child.once("exit", (code) => failed(new Error(`the server ended with ${code}:\n${this.#stdout}${this.log()}`)));
      child.stdout!.setEncoding("utf8").on("data", (text: string) => {
        this.#stdout += text;
        const address = /^Listening on (http:\/\/\S+)$/m.exec(this.#stdout)?.[1];
        // If there is no owner, the link follows the address: the server is up once it has printed
        // both.
        const complete = settings.VOXUM_ADMIN_EMAIL !== undefined || /^Set up the first owner: \S+$/m.test(this.#stdout);
        if (address !== undefined && complete) {
          this.#url = address;
          clearTimeout(late);
          listening();
        }
      });
    }).catch(async (error: unknown) => {
      await this.stop();
      throw error;
    });
  }

  /** Runs a command on the server's machine with the same settings, and returns its output. */
  command(...args: string[]): string {
    const settings = { VOXUM_DATABASE_URL: `sqlite:${this.database}`, VOXUM_PUBLIC_URL: this.url };
    return execFileSync(binary(), args, { cwd: this.#directory, env: environment(settings), encoding: "utf8" }).trim();
  }

  /**
   * Stops the server as an operator would, and waits until it has exited. Returns its exit code.
   */
  async stop(): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    child.removeAllListeners("exit");
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    const forced = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await ended;
    clearTimeout(forced);
    return child.exitCode;
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
