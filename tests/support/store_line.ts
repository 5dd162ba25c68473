/** The network between a process and its store, which can stop to carry bytes: neither end is told of that. */

/** Which way nothing is carried; `both` ways. */
export type Cut = "to the store" | "from the store" | "both";

/** A line to the store on this port; `await using` takes it down. */
export class StoreLine implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #port: number;
  readonly #connections = new Set<Deno.Conn>();
  readonly #serving: Promise<void>;
  #cut: Cut | null = null;
  #healed = Promise.withResolvers<void>();

  constructor(port: number) {
    this.#port = port;
    this.#serving = this.#serve();
  }

  /** The store's address for whoever is at the other end. */
  get url(): string {
    return `redis://127.0.0.1:${this.#listener.addr.port}`;
  }

  cut(how: Cut): void {
    this.#cut = how;
  }

  /** What was under way when it was cut, or was said since, arrives now: late, and perhaps after its sender gave up. */
  heal(): void {
    this.#cut = null;
    this.#healed.resolve();
    this.#healed = Promise.withResolvers();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) close(connection);
    this.heal();
    await this.#serving;
  }

  async #serve(): Promise<void> {
    const all: Promise<unknown>[] = [];
    for await (const process of this.#listener) {
      const store = await Deno.connect({ hostname: "127.0.0.1", port: this.#port }).catch(() => null);
      if (store === null) close(process);
      else all.push(this.#carry(process, store, "to the store"), this.#carry(store, process, "from the store"));
    }
    await Promise.all(all);
  }

  async #carry(from: Deno.Conn, to: Deno.Conn, way: Cut): Promise<void> {
    this.#connections.add(from);
    const bytes = new Uint8Array(65_536);
    try {
      for (let size; (size = await from.read(bytes)) !== null;) {
        while (this.#cut === way || this.#cut === "both") await this.#healed.promise;
        for (let at = 0; at < size;) at += await to.write(bytes.subarray(at, size));
      }
      while (this.#cut === way || this.#cut === "both") await this.#healed.promise;
    } catch {
      // One end is gone.
    }
    for (const connection of [from, to]) close(connection);
    this.#connections.delete(from);
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // The other direction has closed it.
  }
}
