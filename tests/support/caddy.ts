/** A real Caddy by the configuration in examples/, with a directory, ports and a process of its own. */

import assert from "node:assert/strict";
import type { Certificate } from "./certificate.ts";
import { untilListens } from "./ports.ts";

/** What differs from the example, which is for a host of somebody's own. */
export interface CaddyOptions {
  /** Where it listens, on 127.0.0.1, and where its plain http redirects. */
  readonly port: number;
  readonly plainPort: number;
  /** Where the product listens. */
  readonly upstream: string;
  readonly tls: Pick<Certificate, "cert" | "key">;
}

/** A running Caddy; `await using` stops it. */
export class Caddy implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #directory: string;

  private constructor(child: Deno.ChildProcess, directory: string) {
    this.#child = child;
    this.#directory = directory;
  }

  /** Starts it, and waits until it listens. */
  static async start(options: CaddyOptions): Promise<Caddy> {
    const directory = await Deno.makeTempDir({ prefix: "zvonok-caddy-" });
    const file = `${directory}/Caddyfile`;
    await Deno.writeTextFile(file, await site(options, directory));
    const child = new Deno.Command("sh", {
      args: [
        "-c",
        'exec "$@" >"$0" 2>&1',
        `${directory}/log`,
        "caddy",
        "run",
        "--adapter",
        "caddyfile",
        "--config",
        file,
      ],
      env: { HOME: directory, XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    await untilListens(child, options.port, `${directory}/log`);
    return new Caddy(child, directory);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.status;
    await Deno.remove(this.#directory, { recursive: true });
  }
}

/** The example, for this machine: every line that is changed must be in it. */
async function site({ port, plainPort, upstream, tls }: CaddyOptions, directory: string): Promise<string> {
  const text = await Deno.readTextFile(new URL("../../examples/Caddyfile", import.meta.url));
  const change = (text: string, what: string, to: string) => {
    assert.ok(text.includes(what), `examples/Caddyfile has no ${what}`);
    return text.replace(what, to);
  };
  const here = `127.0.0.1 {\n  bind 127.0.0.1\n  tls ${tls.cert} ${tls.key}`;
  return [
    "{",
    "admin off",
    `storage file_system ${directory}`,
    `http_port ${plainPort}`,
    `https_port ${port}`,
    "}",
    change(change(text, "calls.example.org {", here), "127.0.0.1:8000", upstream),
  ].join("\n");
}
