/** A balancer in front of several servers: each connection goes to the next one that takes it. */

/** A running balancer; `await using` stops it. */
export class Balancer implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #ports: number[];
  readonly #connections = new Set<Deno.Conn>();
  readonly #serving: Promise<void>;
  #next = 0;

  /** `urls`: of the servers. */
  constructor(urls: readonly string[]) {
    this.#ports = urls.map((url) => Number(new URL(url).port));
    this.#serving = this.#serve();
  }

  get url(): string {
    return `http://127.0.0.1:${this.#listener.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) connection.close();
    await this.#serving;
  }

  async #serve(): Promise<void> {
    const all: Promise<void>[] = [];
    for await (const client of this.#listener) all.push(this.#forward(client));
    await Promise.all(all);
  }

  async #forward(client: Deno.Conn): Promise<void> {
    const server = await this.#connect();
    const both = [client, ...server === null ? [] : [server]];
    for (const connection of both) this.#connections.add(connection);
    if (server !== null) {
      await Promise.allSettled([client.readable.pipeTo(server.writable), server.readable.pipeTo(client.writable)]);
    }
    for (const connection of both) {
      this.#connections.delete(connection);
      try {
        connection.close();
      } catch {
        // The pipe has closed it.
      }
    }
  }

  async #connect(): Promise<Deno.Conn | null> {
    for (const _ of this.#ports) {
      const port = this.#ports[this.#next++ % this.#ports.length]!;
      const connection = await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => null);
      if (connection !== null) return connection;
    }
    return null;
  }
}
