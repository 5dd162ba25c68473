/** The product itself, as a process of its own: what `deno task start` runs after the build. */

import { TextLineStream } from "./lines.ts";

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
  /** Kills it for good. */
  halt(): Promise<void>;
  /** Kills it without a word, and starts it again at the same address. */
  crash(): Promise<void>;
}

/** Builds `_fresh/`, as `deno task start` does first. */
export async function build(): Promise<void> {
  const { success, stderr } = await deno(["run", "-A", "dev.ts", "build"], {}).output();
  if (!success) throw new Error(`The build failed:\n${new TextDecoder().decode(stderr)}`);
}

/** Starts the product on a free port and waits for the URL it prints; `within` is a command to run it by, such as `ip netns exec …`. */
export async function startProduct(env: Record<string, string> = {}, within: string[] = []): Promise<Product> {
  const first = await Process.start({ PORT: "0", ...env }, PRODUCT, within);
  const { url } = first;
  let current = first;
  let isHalted = false;
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
    async crash() {
      await current.stop("SIGKILL");
      current = await Process.start({ ...env, PORT: new URL(url).port }, PRODUCT, within);
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
): Promise<AsyncDisposable & { readonly url: string }> {
  const process = await Process.start(env, args);
  return { url: process.url, [Symbol.asyncDispose]: () => process.stop("SIGTERM") };
}

const PRODUCT = ["run", "--allow-net", "--allow-env", "--allow-read", "main.ts"];

class Process {
  output = "";
  url = "";
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<unknown>;

  static async start(env: Record<string, string>, args = PRODUCT, within: string[] = []): Promise<Process> {
    const ready = Promise.withResolvers<string>();
    const process = new Process(env, args, within, ready.resolve);
    process.#child.status.then(({ code }) =>
      ready.reject(new Error(`The server ended with ${code}:\n${process.output}`))
    );
    process.url = await ready.promise;
    return process;
  }

  private constructor(env: Record<string, string>, args: string[], within: string[], ready: (url: string) => void) {
    this.#child = deno(args, {
      STUN_URLS: "",
      SESSION_SECRET: SECRET,
      ...env,
    }, within).spawn();
    const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
      for await (const line of stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
        this.output += line + "\n";
        const url = /http:\/\/\S+/.exec(line)?.[0];
        if (url !== undefined) ready(new URL(url).origin);
      }
    };
    this.#reading = Promise.all([read(this.#child.stdout), read(this.#child.stderr)]);
  }

  get pid(): number {
    return this.#child.pid;
  }

  async stop(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    this.#child.kill(signal);
    await this.#child.status;
    await this.#reading;
  }
}

function deno(args: string[], env: Record<string, string>, within: string[] = []): Deno.Command {
  const [command, ...rest] = [...within, Deno.execPath(), ...args];
  return new Deno.Command(command!, { args: rest, cwd: ROOT, env, stdout: "piped", stderr: "piped", stdin: "null" });
}
