/** Where a server listens, in words for whoever runs it. */

/** The URL to open; a server that listens at all addresses is found by the machine's own name. */
export function urlOf(hostname: string, port: number): string {
  const name = hostname === "0.0.0.0" || hostname === "::" ? "localhost" : hostname;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}/`;
}

/** Why nothing can listen there, in one line. `error`: what the runtime threw. */
export function whyNotListening(hostname: string, port: number, error: unknown): string {
  const why = error instanceof Deno.errors.AddrInUse ? "it is in use" : (error as Error).message;
  return `HOST and PORT: cannot listen at ${hostname}, port ${port}: ${why}`;
}
