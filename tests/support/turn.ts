/** Tests that need a coturn of their own. */

import { isCommand } from "./commands.ts";
import { selfSigned } from "./certificate.ts";
import { Coturn } from "./coturn.ts";
import { freePorts } from "./ports.ts";

const missing = ["turnserver", "openssl"].find((name) => !isCommand(name));
/** In CI a missing coturn is a failure: whoever relies on a run must not be given less than all of it. */
const isLeftOut = missing !== undefined && !Deno.env.has("CI");
if (isLeftOut) console.log(`Calls through TURN are left out: ${missing} is not installed`);

/** A test with a real TURN server. Left out where there is none, but for CI, where it fails. */
export function turnTest(name: string, run: () => Promise<void>): void {
  Deno.test({ name: `turn: ${name}`, ignore: isLeftOut }, run);
}

/** What a relay shares with the server. */
export const TURN_SECRET = "shared with coturn";

/** Where a relay is. */
export const HOST = "127.0.0.1";

export interface Relay {
  readonly urls: Record<"udp" | "tcp" | "tls", string>;
  readonly cert: string;
  restart(): Promise<void>;
}

/** A coturn that takes ephemeral credentials, over UDP, TCP and TLS. */
export async function relay(stack: AsyncDisposableStack): Promise<Relay> {
  const [port, tlsPort] = freePorts(2) as [number, number];
  const { cert, key } = stack.use(await selfSigned());
  const start = () =>
    Coturn.start({ address: HOST, port, access: { secret: TURN_SECRET }, tls: { port: tlsPort, cert, key } });
  let coturn = await start();
  stack.defer(() => coturn[Symbol.asyncDispose]());
  return {
    urls: {
      udp: `turn:${HOST}:${port}`,
      tcp: `turn:${HOST}:${port}?transport=tcp`,
      tls: `turns:${HOST}:${tlsPort}?transport=tcp`,
    },
    cert,
    async restart() {
      await coturn[Symbol.asyncDispose]();
      coturn = await start();
    },
  };
}
