/** The product itself, as a process of its own: what `deno task start` runs after the build. */

import "./suppressed.ts";

/** What the product under test signs sessions with. */
export const SECRET = "a secret for tests, long enough";

const ROOT = new URL("../../", import.meta.url);

/** A running server; `await using` stops it. */
export interface Product extends AsyncDisposable {
  /** Its origin, such as `http://127.0.0.1:41234`. */
  readonly url: string;
  /** The process that serves now. */
  readonly pid: number;
  /** What it has printed so far, both streams. */
  output(): string;
  /** Kills it without a word. */
  halt(): Promise<void>;
  /** Starts it again at the same address, after `halt`. */
  resume(): Promise<void>;
  /** Kills it without a word, and starts it again at the same address. */
  crash(): Promise<void>;
}

/** What the build is made of. */
const SOURCES = [
  "deno.json",
  "deno.lock",
  "dev.ts",
  "components",
  "islands",
  "routes",
  "shared",
  "signaling",
  "static",
  "vendor",
];
/** Written behind a build by `build`: any other build clears it away. */
const STAMP = new URL("_fresh/built-for-tests", ROOT);

/**
 * Builds `_fresh/`, as `deno task start` does first, unless it was built for tests since the sources last changed. Test files that run
 * side by side serve the same build, so one of them makes it, and the others wait.
 */
export async function build(): Promise<void> {
  using turn = await Deno.open(new URL("deno.json", ROOT));
  await turn.lock(true);
  const built = await Deno.stat(STAMP).then(({ mtime }) => mtime!.getTime(), () => 0);
  if (built > await newest(SOURCES.map((path) => new URL(path, ROOT)))) return;
  const startedAt = new Date();
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--lock=deno.lock", "dev.ts", "build"],
    cwd: ROOT,
    stdin: "null",
  }).output();
  if (!success) throw new Error(`The build failed:\n${new TextDecoder().decode(stderr)}`);
  await Deno.writeTextFile(STAMP, "");
  await Deno.utime(STAMP, startedAt, startedAt);
}

/** When anything at these paths, or below them, last changed, in ms since 1970; a folder changes with what is in it. */
async function newest(paths: URL[]): Promise<number> {
  let latest = 0;
  for (const path of paths) {
    const { mtime, isDirectory } = await Deno.stat(path);
    latest = Math.max(latest, mtime!.getTime());
    if (!isDirectory) continue;
    const inside = await Array.fromAsync(Deno.readDir(path), ({ name }) => new URL(name, `${path.href}/`));
    latest = Math.max(latest, await newest(inside));
  }
  return latest;
}

/**
 * Starts the product on a free port and waits for the URL it prints. `within`: a command to run it by, such as `ip netns exec …`;
 * `more`: arguments for it.
 */
export async function startProduct(
  env: Record<string, string> = {},
  within: string[] = [],
  more: string[] = [],
): Promise<Product> {
  // In the place of what the task may write to.
  const writes = env.DATA_DIR === undefined ? [] : [`--allow-write=${env.DATA_DIR}`];
  const args = [...PRODUCT.toSpliced(-1, 0, ...writes), ...more];
  const first = await Process.start({ PORT: "0", ...env }, args, within);
  const { url } = first;
  let current = first;
  let isHalted = false;
  const resume = async () => {
    current = await Process.start({ ...env, PORT: new URL(url).port }, args, within);
    isHalted = false;
  };
  return {
    url,
    get pid() {
      return current.pid;
    },
    output: () => current.output,
    async halt() {
      await current.stop("SIGKILL");
      isHalted = true;
    },
    resume,
    async crash() {
      await current.stop("SIGKILL");
      await resume();
    },
    async [Symbol.asyncDispose]() {
      if (!isHalted) await current.stop("SIGTERM");
    },
  };
}

/** Starts any script of this repository that prints the URL it serves. */
export async function startScript(
  args: string[],
  env: Record<string, string>,
): Promise<AsyncDisposable & { readonly url: string; output(): string }> {
  const process = await Process.start(env, args);
  return { url: process.url, output: () => process.output, [Symbol.asyncDispose]: () => process.stop("SIGTERM") };
}

/** What `deno task serve` runs, but that it may write nothing. */
export const PRODUCT = [
  ...["run", "--no-prompt", "--lock=deno.lock"],
  ...["--allow-net", "--allow-env", "--allow-read", "--allow-run", "start.ts"],
];

/**
 * One run of it. It writes to a file, not into pipes: whoever waited for a line in between would be a leak to the test that runs when
 * one comes.
 */
class Process {
  url = "";
  readonly #child: Deno.ChildProcess;
  readonly #log: string;
  #written: string | null = null;
  /** What it ended with. */
  #code: number | null = null;

  static async start(env: Record<string, string>, args: string[], within: string[] = []): Promise<Process> {
    const process = new Process(await Deno.makeTempFile({ prefix: "zvonok-log-" }), env, args, within);
    process.#child.status.then(({ code }) => process.#code = code);
    for (;;) {
      const code = process.#code;
      const url = /http:\/\/\S+(?=\s)/.exec(process.output)?.[0];
      if (url !== undefined) process.url = new URL(url).origin;
      if (url !== undefined) return process;
      if (code !== null) throw new Error(`The server ended with ${code}:\n${await process.#close()}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  private constructor(log: string, env: Record<string, string>, args: string[], within: string[]) {
    this.#log = log;
    const [command, ...rest] = [...within, Deno.execPath(), ...args];
    this.#child = new Deno.Command("sh", {
      args: ["-c", 'exec "$@" >"$0" 2>&1', log, command!, ...rest],
      cwd: ROOT,
      env: { STUN_URLS: "", SESSION_SECRET: SECRET, DATA_DIR: ":memory:", ...env },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  get pid(): number {
    return this.#child.pid;
  }

  get output(): string {
    return this.#written ?? Deno.readTextFileSync(this.#log);
  }

  async stop(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    // Whatever a test made of that, this is why.
    if (this.#code !== null) throw new Error(`The server had ended with ${this.#code}:\n${await this.#close()}`);
    this.#child.kill(signal);
    await this.#child.status;
    await this.#close();
  }

  async #close(): Promise<string> {
    this.#written ??= this.output;
    await Deno.remove(this.#log).catch(() => {});
    return this.#written;
  }
}
