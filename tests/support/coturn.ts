/** A real coturn: STUN and TURN (RFC 8489, RFC 8656), over UDP and TCP. */

import { listens } from "./ports.ts";

/** Where a coturn listens, and who may use it. */
export interface CoturnOptions {
  address: string;
  /** For UDP and TCP. */
  port: number;
  /** One user, or the secret that ephemeral credentials are made with. */
  access: { username: string; password: string } | { secret: string };
  /** Where it speaks TLS too, and files with its certificate and key. */
  tls?: { port: number; cert: string; key: string };
  /** A command it is run by, such as `ip netns exec …`. */
  within?: string[];
}

/** A running coturn; `await using` stops it. */
export class Coturn implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #directory: string;

  private constructor(child: Deno.ChildProcess, directory: string) {
    this.#child = child;
    this.#directory = directory;
  }

  /** Starts it, and waits until it listens. */
  static async start({ address, port, access, tls, within = [] }: CoturnOptions): Promise<Coturn> {
    const directory = await Deno.makeTempDir({ prefix: "zvonok-coturn-" });
    const log = `${directory}/log`;
    const [command, ...args] = [
      ...within,
      ...[
        "turnserver",
        "-n",
        "--no-cli",
        "--no-dtls",
        "--no-multicast-peers",
        "--allow-loopback-peers",
        "--fingerprint",
      ],
      ...["--pidfile=", `--userdb=${directory}/db`, `--log-file=${log}`, "--simple-log"],
      ...[`--listening-ip=${address}`, `--relay-ip=${address}`, `--listening-port=${port}`],
      ...["--min-port=20000", "--max-port=20200"],
      ...tls ? [`--tls-listening-port=${tls.port}`, `--cert=${tls.cert}`, `--pkey=${tls.key}`] : ["--no-tls"],
      "--realm=test",
      ..."secret" in access
        ? ["--use-auth-secret", `--static-auth-secret=${access.secret}`]
        : ["--lt-cred-mech", `--user=${access.username}:${access.password}`],
    ];
    const child = new Deno.Command(command!, { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
    const coturn = new Coturn(child, directory);
    let hasEnded = false;
    child.status.then(() => hasEnded = true);
    while (!await listens(child.pid, port)) {
      if (hasEnded) throw new Error(`coturn ended:\n${await Deno.readTextFile(log)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return coturn;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.status;
    await Deno.remove(this.#directory, { recursive: true });
  }
}
