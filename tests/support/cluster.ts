/** Several processes of the product over one real Redis, and devices on sockets to them. */

import { BEARER_PREFIX, SIGNAL_PATH, SUBPROTOCOL } from "../../shared/protocol/constants.ts";
import { Tokens } from "../../signaling/identity/auth.ts";
import { History } from "./history/history.ts";
import { build, type Product, SECRET, startProduct } from "./product.ts";
import { Redis } from "./redis.ts";
import { until } from "./until.ts";
import { chatId, Wire, type WireOptions } from "./wire.ts";

/** How a cluster is started. */
export interface ClusterOptions {
  /** What the processes are given beside their store's address. */
  readonly env?: Record<string, string>;
  /** The address by which a process reaches the store, where that is not the store's own. */
  via?(redis: Redis, node: number): string;
}

/** A running cluster, all of it ready; `await using` stops it. */
export class Cluster implements AsyncDisposable {
  readonly redis: Redis;
  /** What all devices said and were told. */
  readonly history = new History();
  readonly #products: Product[] = [];
  readonly #options: ClusterOptions;
  readonly #left = new Set<Product>();
  readonly #wires = new Set<Wire>();

  private constructor(redis: Redis, options: ClusterOptions) {
    this.redis = redis;
    this.#options = options;
  }

  /** Starts so many processes. */
  static async start(count: number, options: ClusterOptions = {}): Promise<Cluster> {
    await build();
    await using stack = new AsyncDisposableStack();
    const cluster = stack.use(new Cluster(await Redis.start(), options));
    await Promise.all(Array.from({ length: count }, (_, node) => cluster.startAnew(node)));
    stack.move();
    return cluster;
  }

  get products(): readonly Product[] {
    return this.#products;
  }

  /** Starts a process in this place, and waits until it is ready. */
  async startAnew(node: number): Promise<void> {
    const { env, via } = this.#options;
    const url = via?.(this.redis, node) ?? this.redis.url;
    this.#products[node] = await startProduct({ SOCKETS_PER_MINUTE: "100000", REDIS_URL: url, ...env });
    await this.isReady(node);
  }

  /** R19: the process is told to leave; waits until it has. */
  async leave(node: number): Promise<void> {
    const product = this.#products[node]!;
    this.#left.add(product);
    await product[Symbol.asyncDispose]();
  }

  /** Waits until a process can take something. */
  async isReady(node: number): Promise<void> {
    await until(`process ${node} is ready`, async () => {
      const { status, text } = await this.readyz(node);
      return status === 200 || Promise.reject(new Error(text));
    });
  }

  /** What a process says of whether it can take something. */
  async readyz(node: number): Promise<{ readonly status: number; readonly text: string }> {
    const response = await fetch(`${this.#products[node]!.url}/readyz`);
    return { status: response.status, text: (await response.text()).trim() };
  }

  /** What the processes count together, by name and labels. */
  async figures(): Promise<Record<string, number>> {
    const sums: Record<string, number> = {};
    for (const product of this.#products) {
      if (this.#left.has(product)) continue;
      const text = await (await fetch(`${product.url}/metrics`)).text();
      for (const [, name, value] of text.matchAll(/^(zvonok_\S+) (\S+)$/gm)) {
        sums[name!] = (sums[name!] ?? 0) + Number(value);
      }
    }
    return sums;
  }

  /** A device that opens a socket to a process, its `welcome` read. `token`: another than the one that guests have. */
  async enter(node: number, userId: string, who: WireOptions & { readonly token?: string } = {}): Promise<Wire> {
    const { device = "laptop", page, chats = [chatId], name = userId } = who;
    const token = who.token ?? await new Tokens({ session: [SECRET] }).sign({ userId, name, chats });
    const query = new URLSearchParams({ device, ...(page === undefined ? {} : { page }) });
    const url = `${this.#products[node]!.url.replace("http", "ws")}${SIGNAL_PATH}?${query}`;
    const by = `${userId}.${device}`;
    const wire = new Wire(new WebSocket(url, [SUBPROTOCOL, BEARER_PREFIX + token]), chats[0], {
      sent: (frame) => this.history.sent(by, frame),
      heard: (message) => this.history.heard(by, message),
    });
    this.#wires.add(wire);
    wire.welcome = await wire.next("welcome", 10_000);
    return wire;
  }

  /** Closes what was entered until now. */
  async closeAll(): Promise<void> {
    const wires = [...this.#wires];
    this.#wires.clear();
    await Promise.all(wires.map((wire) => wire.close()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.closeAll();
    const running = this.#products.filter((product) => !this.#left.has(product));
    await Promise.all(running.map((product) => product[Symbol.asyncDispose]()));
    await this.redis[Symbol.asyncDispose]();
  }
}
