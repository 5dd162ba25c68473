/** Where workers listen, found before any of them starts. */

import { ConfigError, readConfig } from "../signaling/config.ts";
import { whyNotListening } from "../signaling/ops/listening.ts";

/** Where each worker listens alone: on this machine only, since that is for whoever runs them. */
export const LOOPBACK = "127.0.0.1";

/** Where all workers listen, and how many they are. */
export interface Place {
  readonly host: string;
  /** The port of all. Worker n listens alone at the nth port behind it. */
  readonly port: number;
  readonly workers: number;
}

/** @throws {ConfigError} where so many workers cannot serve here. */
export function findPlace(workers: number): Place {
  const { host, port, redisUrl } = readConfig((name) => Deno.env.get(name));
  if (Deno.build.os !== "linux") {
    throw new ConfigError("--workers: expected none: only Linux shares out the connections of a port among processes");
  }
  if (redisUrl === null) {
    throw new ConfigError("--workers: expected REDIS_URL beside it: people on two workers can call by a store only");
  }
  for (;;) {
    const place = { host, port: port === 0 ? freePort(host) : port, workers };
    try {
      tryAll(place);
      return place;
    } catch (error) {
      if (port !== 0) throw error;
    }
  }
}

function freePort(hostname: string): number {
  const listener = Deno.listen({ hostname, port: 0 });
  listener.close();
  return listener.addr.port;
}

/** Workers would share a port with whoever shares it out already, such as the workers of another start: it has to be free. */
function tryAll({ host, port, workers }: Place): void {
  for (let n = 0; n <= workers; n++) {
    const hostname = n === 0 ? host : LOOPBACK;
    try {
      Deno.listen({ hostname, port: port + n }).close();
    } catch (error) {
      throw new ConfigError(whyNotListening(hostname, port + n, error));
    }
  }
}
