/**
 * `deno task turn`: a TURN server of your own on this machine, for trying it out. Starts coturn with a fresh secret, and says
 * how to start Zvonok with it. Ctrl-C ends it. For a real one, see the README.
 */

const PORT = 3478;

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  const address = lanAddress() ?? "127.0.0.1";
  const secret = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  const directory = await Deno.makeTempDir({ prefix: "zvonok-turn-" });
  try {
    // In a file that only this user can read: arguments are for everybody to see.
    await Deno.writeTextFile(`${directory}/turnserver.conf`, configuration(address, secret, directory), {
      mode: 0o600,
    });
    const child = turnserver(`${directory}/turnserver.conf`);
    if (child === null) {
      console.error("coturn is missing. Install it (on Debian: apt-get install coturn), then try again.");
      return 1;
    }
    let stopped = false;
    const stop = () => {
      stopped = true;
      child.kill("SIGTERM");
    };
    for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, stop);
    const started = Promise.race([child.status, new Promise((resolve) => setTimeout(resolve, 1_000))]);
    if (await started === undefined) announce(address, secret);
    const { code } = await child.status;
    if (!stopped) console.error(`coturn ended with ${code}; is port ${PORT} in use already?`);
    return stopped ? 0 : 1;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function configuration(address: string, secret: string, directory: string): string {
  return [
    `listening-ip=${address}`,
    `relay-ip=${address}`,
    `listening-port=${PORT}`,
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
    // Both people may be on this machine.
    "allow-loopback-peers",
    "pidfile=",
    `userdb=${directory}/db`,
    "no-stdout-log",
    `log-file=${directory}/log`,
    "simple-log",
    "",
  ].join("\n");
}

function turnserver(file: string): Deno.ChildProcess | null {
  try {
    return new Deno.Command("turnserver", { args: ["-c", file], stdin: "null", stdout: "null", stderr: "null" })
      .spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Where other devices of this network find this machine. */
function lanAddress(): string | undefined {
  return Deno.networkInterfaces().find(({ family, address }) => family === "IPv4" && !address.startsWith("127."))
    ?.address;
}

function announce(address: string, secret: string): void {
  const url = `turn:${address}:${PORT}`;
  console.log(`A TURN server listens at ${url}, over UDP and TCP. Start Zvonok with it:

TURN_URLS='${url},${url}?transport=tcp' TURN_SECRET=${secret} deno task start

Add ICE_TRANSPORT_POLICY=relay to send all media through it. Ctrl-C ends it.`);
}
