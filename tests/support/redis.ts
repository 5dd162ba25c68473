/** A real Redis server, on this machine and a port of its own. */

import { isCommand } from "./commands.ts";
import { freePort, listens } from "./ports.ts";

/** Whether there is one to start; in CI there has to be. */
export const HAS_REDIS = isCommand("redis-server") || Deno.env.has("CI");

/** How it is started. */
export interface RedisOptions {
  readonly password?: string;
  /** A user who may do this, in the words of `ACL SETUSER`; nobody else may do anything. */
  readonly user?: { readonly name: string; readonly password: string; readonly may: readonly string[] };
  /** It speaks TLS only, with a certificate and key in these files. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** The port of the server that it is a read-only replica of. */
  readonly replicaOf?: number;
  /** Whether it keeps what it knows when it is stopped. */
  readonly keeps?: boolean;
}

/** A running Redis server; `await using` stops it. */
export class Redis implements AsyncDisposable {
  readonly port: number;
  readonly #options: RedisOptions;
  readonly #directory: string;
  #child: Deno.ChildProcess;

  private constructor(port: number, options: RedisOptions, directory: string, child: Deno.ChildProcess) {
    this.port = port;
    this.#options = options;
    this.#directory = directory;
    this.#child = child;
  }

  /** Starts it, and waits until it listens. */
  static async start(options: RedisOptions = {}): Promise<Redis> {
    const directory = await Deno.makeTempDir({ prefix: "zvonok-redis-" });
    const port = freePort();
    return new Redis(port, options, directory, await launch(port, directory, options));
  }

  get pid(): number {
    return this.#child.pid;
  }

  get url(): string {
    const { password, user = { name: "", password }, tls } = this.#options;
    const who = user.password === undefined ? "" : `${user.name}:${encodeURIComponent(user.password)}@`;
    return `redis${tls === undefined ? "" : "s"}://${who}127.0.0.1:${this.port}`;
  }

  /** It answers nobody any more, and keeps its connections. */
  pause(): void {
    this.#child.kill("SIGSTOP");
  }

  goOn(): void {
    this.#child.kill("SIGCONT");
  }

  async stop(signal: Deno.Signal = "SIGTERM"): Promise<void> {
    this.#child.kill(signal);
    await this.#child.status;
  }

  /** Starts it again after `stop`. */
  async startAgain(): Promise<void> {
    this.#child = await launch(this.port, this.#directory, this.#options);
  }

  /** Says something to it, such as `FLUSHALL`. */
  async say(...words: string[]): Promise<string> {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: this.port });
    await connection.write(new TextEncoder().encode(`${words.join(" ")}\r\n`));
    const answer = new Uint8Array(4096);
    const length = await connection.read(answer) ?? 0;
    return new TextDecoder().decode(answer.subarray(0, length));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGKILL");
    await Deno.remove(this.#directory, { recursive: true });
  }
}

async function launch(port: number, directory: string, options: RedisOptions): Promise<Deno.ChildProcess> {
  const { password, user, tls, replicaOf, keeps = false } = options;
  const child = new Deno.Command("redis-server", {
    args: [
      ...["--bind", "127.0.0.1", "--dir", directory, "--logfile", `${directory}/log`],
      ...tls === undefined
        ? ["--port", String(port)]
        : ["--port", "0", "--tls-port", String(port), "--tls-cert-file", tls.cert, "--tls-key-file", tls.key]
          .concat(["--tls-ca-cert-file", tls.cert, "--tls-auth-clients", "no"]),
      ...user === undefined
        ? []
        : ["--user", user.name, "on", `>${user.password}`, ...user.may, "--user", "default", "off"],
      ...keeps ? ["--appendonly", "yes"] : ["--save", ""],
      ...password === undefined ? [] : ["--requirepass", password],
      ...replicaOf === undefined ? [] : ["--replicaof", "127.0.0.1", String(replicaOf)],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  while (!await listens(child.pid, port)) await new Promise((resolve) => setTimeout(resolve, 20));
  return child;
}
