/** Where to listen. */
export type ListenOptions = Partial<
  Deno.ServeTcpOptions & Deno.TlsCertifiedKeyPem
>;

/**
 * Serves a handler and says where.
 *
 * @throws {Deno.errors.AddrInUse} when the port, or each one tried, is taken.
 */
export async function listen(handler: Deno.ServeHandler, options: ListenOptions): Promise<void> {
  const onListen = options.onListen ?? (({ hostname, port }: Deno.NetAddr) => {
    const protocol = options.cert ? "https" : "http";
    const host = hostname.includes(":") ? `[${hostname}]` : hostname;
    console.log(`\nFresh ready  ${protocol}://${host}:${port}/\n`);
  });
  for (let port = options.port || 8000;; port++) {
    try {
      await Deno.serve({ ...options, port, onListen }, handler);
      return;
    } catch (error) {
      const isTaken = error instanceof Deno.errors.AddrInUse;
      if (!isTaken || options.port || port === 8019) throw error;
    }
  }
}
