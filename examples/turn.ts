/**
 * `deno task turn [port]`: a TURN server of your own on this machine, for trying it out. Starts coturn with a fresh secret, sees
 * that it relays, and says how to start Zvonok with it. Ctrl-C ends it. For a real one, see docs/turn.md.
 */

import { randomBytes } from "node:crypto";
import { grantFor } from "../signaling/ops/ice.ts";
import { turnProblem } from "../signaling/ops/turn_check.ts";

if (import.meta.main) Deno.exit(await main(Deno.args[0] ?? "3478"));

async function main(port: string): Promise<number> {
  const address = lanAddress() ?? "127.0.0.1";
  if (!/^[1-9]\d{0,4}$/.test(port) || Number(port) > 65_535) return refuse("Expected a port from 1 to 65535.");
  // A second coturn binds the same port without an error (SO_REUSEPORT), and each of the two gets some of the packets.
  if (!isFree(address, Number(port))) {
    return refuse(`Port ${port} is in use, perhaps by a coturn of the system's. Name another: deno task turn 3479`);
  }
  const secret = randomBytes(16).toString("hex");
  const directory = await Deno.makeTempDir({ prefix: "zvonok-turn-" });
  try {
    // In a file that only this user can read: arguments are for everybody to see.
    const file = `${directory}/turnserver.conf`;
    await Deno.writeTextFile(file, configuration({ address, port, secret, directory }), { mode: 0o600 });
    const child = turnserver(file);
    if (child === null) {
      return refuse("coturn is missing. Install it (on Debian: apt-get install coturn), then try again.");
    }
    const over = Promise.race([signalled(), child.status.then(({ code }) => `coturn ended with ${code}`)]);
    const url = `turn:${address}:${port}`;
    const problem = await problemOf(url, secret);
    if (problem === null) announce([url, `${url}?transport=tcp`], secret);
    const why = problem ?? await over;
    await end(child);
    return why === null ? 0 : refuse(`The TURN server does not work: ${why}.`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function refuse(why: string): number {
  console.error(why);
  return 1;
}

/** Resolves once this process is told to end, by Ctrl-C or a signal. */
function signalled(): Promise<null> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) Deno.addSignalListener(signal, () => resolve(null));
  });
}

function isFree(hostname: string, port: number): boolean {
  try {
    Deno.listen({ hostname, port }).close();
    return true;
  } catch {
    return false;
  }
}

/** Asks the TURN server for a relayed address, as a call would, until it listens. */
function problemOf(url: string, secret: string): Promise<string | null> {
  const turn = { secret, ttl: 60 };
  const { iceServers } = grantFor({ stunUrls: [], turnUrls: [url], turn, policy: "all" }, "a-first-try", Date.now());
  return turnProblem(url, iceServers[0]!.username!, iceServers[0]!.credential!);
}

async function end(child: Deno.ChildProcess): Promise<void> {
  try {
    child.kill("SIGTERM");
  } catch {
    // coturn has ended already.
  }
  await child.status;
}

interface Settings {
  readonly address: string;
  readonly port: string;
  readonly secret: string;
  readonly directory: string;
}

function configuration({ address, port, secret, directory }: Settings): string {
  return [
    `listening-ip=${address}`,
    `relay-ip=${address}`,
    `listening-port=${port}`,
    "min-port=20000",
    "max-port=20200",
    "use-auth-secret",
    `static-auth-secret=${secret}`,
    "realm=zvonok",
    "fingerprint",
    "no-tls",
    "no-dtls",
    "no-cli",
    "no-multicast-peers",
    // Both browsers of a call may be on this machine: then their peers are loopback addresses.
    "allow-loopback-peers",
    "pidfile=",
    `userdb=${directory}/db`,
    "no-stdout-log",
    `log-file=${directory}/log`,
    "simple-log",
    "",
  ].join("\n");
}

/**
 * Starts coturn in a process group of its own, so that Ctrl-C reaches this process alone, which then ends coturn and removes its files.
 * `null`: coturn is not installed.
 */
function turnserver(file: string): Deno.ChildProcess | null {
  const options: Deno.CommandOptions = {
    args: ["-c", file],
    detached: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  };
  try {
    return new Deno.Command("turnserver", options).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** This machine's address in the local network, where other devices reach it; `null` without one. */
function lanAddress(): string | undefined {
  return Deno.networkInterfaces().find(({ family, address }) => family === "IPv4" && !address.startsWith("127."))
    ?.address;
}

function announce(urls: string[], secret: string): void {
  console.log(`A TURN server listens at ${urls[0]}, over UDP and TCP. Start Zvonok with it:

TURN_URLS='${urls.join()}' TURN_SECRET=${secret} deno task start

Add ICE_TRANSPORT_POLICY=relay to send all media through it. Ctrl-C ends it.`);
}
