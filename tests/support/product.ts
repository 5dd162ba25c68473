/** The product itself, as a process of its own: what `deno task start` runs after the build. */

import { TextLineStream } from "./lines.ts";

const ROOT = new URL("../../", import.meta.url);

/** A running server; `await using` stops it. */
export interface Product extends AsyncDisposable {
  /** Its origin, such as `http://127.0.0.1:41234`. */
  readonly url: string;
  /** What it has printed so far, both streams. */
  output(): string;
}

/** Builds `_fresh/`, as `deno task start` does first. */
export async function build(): Promise<void> {
  const { success, stderr } = await deno(["run", "-A", "dev.ts", "build"], {}).output();
  if (!success) throw new Error(`The build failed:\n${new TextDecoder().decode(stderr)}`);
}

/** Starts the product on a free port and waits for the URL it prints. */
export async function startProduct(env: Record<string, string> = {}): Promise<Product> {
  const child = deno(["run", "--allow-net", "--allow-env", "--allow-read", "main.ts"], {
    PORT: "0",
    STUN_URLS: "",
    SESSION_SECRET: "a secret for tests, long enough",
    ...env,
  }).spawn();
  let output = "";
  const ready = Promise.withResolvers<string>();
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const line of stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
      output += line + "\n";
      const url = /http:\/\/\S+/.exec(line)?.[0];
      if (url !== undefined) ready.resolve(new URL(url).origin);
    }
  };
  const reading = Promise.all([read(child.stdout), read(child.stderr)]);
  child.status.then(({ code }) => ready.reject(new Error(`The server ended with ${code}:\n${output}`)));
  const url = await ready.promise;
  return {
    url,
    output: () => output,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
      await reading;
    },
  };
}

function deno(args: string[], env: Record<string, string>): Deno.Command {
  return new Deno.Command(Deno.execPath(), { args, cwd: ROOT, env, stdout: "piped", stderr: "piped", stdin: "null" });
}
