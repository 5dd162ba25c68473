/**
 * The road between two people: a namespace each, and one between them that queues (`tc` with `tbf`), loses (`nft`) and holds back
 * (`delay_line.ts`, since not every kernel has `netem`). What the product's server, which is in between, sends goes through the same queue.
 */

import { isCommand } from "../../tests/support/commands.ts";
import { type Namespace, Network, queueOf, runCommand, tc, whyNoNetwork } from "../../tests/support/network.ts";
import type { Stretches } from "./delay_line.ts";
import type { Conditions, NetworkCase } from "./networks.ts";

/** Why there can be no such road here; `null` where there can. */
export async function whyNoRoad(): Promise<string | null> {
  const missing = ["ip", "tc", "nft"].find((name) => !isCommand(name));
  return missing === undefined ? await whyNoNetwork() : `${missing} is not installed`;
}

/** The line that holds packets back, and the table of routes that lead there. */
const LINE = "line";
const TABLE = 100;
const CHAIN = `table ip road {
  chain loses { type filter hook forward priority filter; policy accept; }
}`;

interface End {
  readonly space: Namespace;
  /** Of the one in between, to this end. */
  readonly interface: string;
  readonly address: string;
}

export class Road implements AsyncDisposable {
  readonly ends: readonly [End, End];
  readonly middle: Namespace;
  readonly #network: Network;
  readonly #line: Deno.ChildProcess;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array>;

  private constructor(network: Network, middle: Namespace, ends: [End, End], line: Deno.ChildProcess) {
    this.#network = network;
    this.middle = middle;
    this.ends = ends;
    this.#line = line;
    this.#orders = line.stdin.getWriter();
  }

  static async lay(): Promise<Road> {
    await using stack = new AsyncDisposableStack();
    const network = stack.use(new Network());
    const middle = await network.internet();
    const ends: End[] = [];
    for (let n = 0; n < 2; n++) {
      const space = await network.device();
      ends.push({ space, ...await network.connect(space) });
    }
    for (const which of ["all", "default"]) await middle.write(`/proc/sys/net/ipv4/conf/${which}/rp_filter`, "0");
    await runCommand([...middle.within, "nft", "-f", "-"], CHAIN);
    const script = new URL("delay_line.ts", import.meta.url).pathname;
    const [command, ...args] = [...middle.within, Deno.execPath(), "run", "-A", "--no-lock", script, LINE];
    const line = new Deno.Command(command!, { args, stdin: "piped", stdout: "piped" }).spawn();
    const reader = line.stdout.getReader();
    await reader.read();
    await reader.cancel();
    await middle.ip(`link set ${LINE} up`);
    await middle.ip(`route add default dev ${LINE} table ${TABLE}`);
    stack.move();
    return new Road(network, middle, ends as [End, End], line);
  }

  /** From now on packets are treated so. What waits in a queue goes on waiting there, at its new rate. */
  async change({ line, loss = 0, stretch }: Conditions, ways: NetworkCase["ways"]): Promise<void> {
    const { middle } = this;
    const [from, to] = this.ends;
    const lanes = ways === "both" ? [[from, to], [to, from]] as const : [[from, to]] as const;
    for (const [, { interface: out }] of lanes) {
      if (line === undefined) continue;
      await tc(middle, `qdisc replace dev ${out} root ${queueOf(line)}`);
    }
    const orders: Record<string, Stretches[string]> = {};
    const rules = ["flush chain ip road loses"];
    for (const [{ address, interface: into }, { interface: out }] of lanes) {
      if (stretch !== undefined) orders[address] = stretch;
      if (stretch !== undefined) await middle.ip(`rule add iif ${into} lookup ${TABLE}`);
      // Once a packet: what is held back is forwarded twice.
      const chance = loss < 1 ? `numgen random mod 1000 < ${Math.round(loss * 1_000)}` : "";
      if (loss > 0) rules.push(`add rule ip road loses oifname ${out} ${chance} drop`);
    }
    await this.#orders.write(new TextEncoder().encode(JSON.stringify(orders) + "\n"));
    await runCommand([...middle.within, "nft", "-f", "-"], rules.join("\n"));
  }

  /** Good again. What still waits in a queue is gone with it, as when a phone finds another network. */
  async clear(): Promise<void> {
    const { middle } = this;
    await runCommand([...middle.within, "nft", "flush", "chain", "ip", "road", "loses"]);
    for (const { interface: name } of this.ends) {
      await tc(middle, `qdisc del dev ${name} root`).catch(() => {}); // There may be none.
      await middle.ip(`rule del iif ${name} lookup ${TABLE}`).catch(() => {});
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#orders.close().catch(() => {});
    await this.#line.status;
    await this.#network[Symbol.asyncDispose]();
  }
}
