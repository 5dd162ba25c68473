/** A real nginx by the configuration in examples/, with a directory, ports and a process of its own. */

import assert from "node:assert/strict";
import { untilListens } from "./ports.ts";

/** What differs from the example, which is for a host of somebody's own. */
export interface NginxOptions {
  /** Where it listens, on 127.0.0.1, and where its plain http redirects. */
  port: number;
  plainPort?: number;
  /** Where the product, or the next proxy, listens. */
  upstream: string;
  /** Files with a certificate and its key; without them it speaks no TLS. */
  tls?: { cert: string; key: string };
  /** More directives for its server. */
  more?: string;
  /** Leaves out what the example says; to see what nginx does by itself. */
  without?: RegExp;
}

/** A running nginx; `await using` stops it. */
export class Nginx implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #directory: string;

  private constructor(child: Deno.ChildProcess, directory: string) {
    this.#child = child;
    this.#directory = directory;
  }

  /** Starts it, and waits until it listens. */
  static async start(options: NginxOptions): Promise<Nginx> {
    const directory = await Deno.makeTempDir({ prefix: "zvonok-nginx-" });
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((of) =>
      `${of}_temp_path ${directory}/${of};`
    );
    const main = [
      "daemon off;",
      // Else the workers are somebody who may not write there.
      ...(Deno.uid() === 0 ? ["user root;"] : []),
      "worker_processes 1;",
      `pid ${directory}/pid;`,
      "events { worker_connections 256; }",
      "http {",
      ...temporary,
      `log_format asked '$request_method $uri $status Origin "$http_origin" Sec-Fetch-Site "$http_sec_fetch_site"';`,
      `access_log ${directory}/access asked;`,
      await site(options),
      "}",
    ];
    await Deno.writeTextFile(`${directory}/nginx.conf`, main.join("\n"));
    const child = new Deno.Command("nginx", {
      args: ["-p", directory, "-e", `${directory}/error`, "-c", `${directory}/nginx.conf`],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    await untilListens(child, options.port, `${directory}/error`);
    return new Nginx(child, directory);
  }

  /** What it was asked: method, path, status, `Origin` and `Sec-Fetch-Site`, a line each. */
  async asked(): Promise<string> {
    return await Deno.readTextFile(`${this.#directory}/access`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.status;
    await Deno.remove(this.#directory, { recursive: true });
  }
}

/** The example, for this machine: every line that is changed must be in it. */
async function site({ port, plainPort, upstream, tls, more = "", without }: NginxOptions): Promise<string> {
  let text = await Deno.readTextFile(new URL("../../examples/nginx.conf", import.meta.url));
  const change = (what: RegExp, to: string) => {
    assert.match(text, what, `examples/nginx.conf has no ${what}`);
    text = text.replaceAll(new RegExp(what, `${what.flags}g`), to);
  };
  change(/ +listen \[::\].*\n/, "");
  change(/server 127\.0\.0\.1:8000;/, `server ${upstream};`);
  change(/server_name calls\.example\.org;/, "server_name 127.0.0.1;");
  change(/listen 443 ssl http2;/, `${more}\n  listen 127.0.0.1:${port}${tls ? " ssl http2" : ""};`);
  if (plainPort === undefined) change(/server \{\n +listen 80;[^}]*\}/, "");
  else change(/listen 80;/, `listen 127.0.0.1:${plainPort};`);
  change(/ssl_certificate \S+;/, tls ? `ssl_certificate ${tls.cert};` : "");
  change(/ssl_certificate_key \S+;/, tls ? `ssl_certificate_key ${tls.key};` : "");
  if (without !== undefined) change(without, "");
  return text;
}
