/**
 * A small internet of Linux network namespaces: a public host, routers that translate addresses, and devices behind them. Nothing
 * outside the namespaces is touched, and disposing of it takes all of it away.
 */

/** What a router does to its devices' packets. Unsolicited packets from outside it drops without a word, as routers do. */
export type Nat =
  /** A port of a device stays the same port outside, whoever is talked to: RFC 4787, endpoint-independent mapping. */
  | "cone"
  /** Another port for everybody who is talked to: what STUN learns is of no use to anybody else. */
  | "symmetric"
  /** Translates like `cone`, and lets no UDP out. */
  | "no-udp";

/** Where the public host is (a documentation address, RFC 5737). */
export const PUBLIC_ADDRESS = "192.0.2.1";

/** Why there can be no such network here, in words; `null` where there can. */
export async function whyNoNetwork(): Promise<string | null> {
  if (Deno.build.os !== "linux") return "network namespaces are Linux's";
  if (Deno.uid() !== 0) return "network namespaces need root";
  try {
    await using network = new Network();
    const router = await network.router("symmetric");
    await network.attach(await network.device(), router);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** One network namespace. */
export class Namespace {
  constructor(readonly name: string) {}

  /** What runs a command in here, put before it. The process is then that command. */
  get within(): string[] {
    return ["ip", "netns", "exec", this.name];
  }

  /** `ip` in here, such as `ip("link set lo up")`. */
  async ip(args: string): Promise<void> {
    await runCommand(["ip", "-n", this.name, ...args.split(" ")]);
  }

  async write(path: string, value: string): Promise<void> {
    await runCommand([...this.within, "sh", "-c", `echo ${value} > ${path}`]);
  }
}

/** A device's way to a router. A phone has several, one up at a time. */
export interface Link {
  /** Cuts the router off from the internet, which the device is not told of; and ends that. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** Leaves it so much room in both directions, to whomever, with a queue before each; and ends that. */
  narrow(line: Bottleneck): Promise<void>;
  widen(): Promise<void>;
  /** Takes the device's interface, address and default route. */
  up(): Promise<void>;
  /** Takes them away: what is sent from the old address goes nowhere from now on. */
  down(): Promise<void>;
}

/** A line with little room, and a queue of so many ms before it. */
export interface Bottleneck {
  readonly kbps: number;
  readonly queueMs: number;
}

interface Router {
  readonly space: Namespace;
  readonly number: number;
}

export class Network implements AsyncDisposable {
  readonly #id = crypto.randomUUID().slice(0, 8);
  readonly #spaces: Namespace[] = [];
  #internet: Promise<Namespace> | null = null;
  #connected = 0;

  /** The host everybody reaches, at `PUBLIC_ADDRESS`. */
  internet(): Promise<Namespace> {
    return this.#internet ??= this.#makeInternet();
  }

  /** A device without any link yet. */
  async device(): Promise<Namespace> {
    return await this.#namespace();
  }

  /** A router on the internet. */
  async router(nat: Nat): Promise<Router> {
    const space = await this.#namespace();
    const { number } = await this.connect(space);
    await space.write("/proc/sys/net/ipv4/ip_forward", "1");
    await runCommand([...space.within, "nft", "-f", "-"], rules(nat));
    return { space, number };
  }

  /** Connects a namespace to the internet with an address of its own; `interface` is the internet's end of the wire. */
  async connect(space: Namespace): Promise<{ number: number; interface: string; address: string }> {
    const internet = await this.internet();
    const number = ++this.#connected;
    // Documentation addresses again, four for each.
    const address = (host: number) => `198.51.100.${4 * number + host}`;
    await internet.ip(`link add to-${number} type veth peer name wan netns ${space.name}`);
    await internet.ip(`address add ${address(1)}/30 dev to-${number}`);
    await internet.ip(`link set to-${number} up`);
    await space.ip(`address add ${address(2)}/30 dev wan`);
    await space.ip("link set wan up");
    await space.ip(`route add default via ${address(1)}`);
    return { number, interface: `to-${number}`, address: address(2) };
  }

  /** A link between a device and a router: up, unless told otherwise. A router takes one device. */
  async attach(device: Namespace, { space, number }: Router, state: "up" | "down" = "up"): Promise<Link> {
    const name = `via-${number}`;
    await space.ip(`link add lan type veth peer name ${name} netns ${device.name}`);
    await space.ip(`address add 10.0.${number}.1/24 dev lan`);
    await space.ip("link set lan up");
    const internet = await this.internet();
    const link: Link = {
      cut: () => internet.ip(`link set to-${number} down`),
      mend: () => internet.ip(`link set to-${number} up`),
      async narrow(line) {
        await tc(internet, `qdisc replace dev to-${number} root ${queueOf(line)}`);
        await tc(space, `qdisc replace dev wan root ${queueOf(line)}`);
      },
      async widen() {
        await tc(internet, `qdisc del dev to-${number} root`);
        await tc(space, "qdisc del dev wan root");
      },
      async up() {
        await device.ip(`link set ${name} up`);
        await device.ip(`address add 10.0.${number}.2/24 dev ${name}`);
        // Beside another one, not in its place: of two, the older is used.
        await device.ip(`route add default via 10.0.${number}.1 metric ${number}`);
      },
      async down() {
        await device.ip(`address flush dev ${name}`);
        await device.ip(`link set ${name} down`);
      },
    };
    if (state === "up") await link.up();
    return link;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { name } of this.#spaces) await runCommand(["ip", "netns", "del", name]);
  }

  async #makeInternet(): Promise<Namespace> {
    const space = await this.#namespace();
    await space.ip(`address add ${PUBLIC_ADDRESS}/32 dev lo`);
    // What is sent to private addresses vanishes, as it does out there. Were there no route, or one of type blackhole, `sendto` would
    // fail, and coturn give up the relay. So: a wire that nobody reads.
    await space.ip("link add hole type veth peer name bottom");
    await space.ip("link set hole arp off up");
    await space.ip("link set bottom up");
    await space.ip("route add default dev hole");
    await space.write("/proc/sys/net/ipv4/ip_forward", "1");
    return space;
  }

  async #namespace(): Promise<Namespace> {
    const space = new Namespace(`zvonok-${this.#id}-${this.#spaces.length}`);
    await runCommand(["ip", "netns", "add", space.name]);
    this.#spaces.push(space);
    await space.ip("link set lo up");
    // There is no IPv6 on this internet. The addresses that links would give themselves take a second to be their own, and Chromium
    // waits for it before it tells of a new network.
    for (const which of ["all", "default"]) await space.write(`/proc/sys/net/ipv6/conf/${which}/disable_ipv6`, "1");
    return space;
  }
}

/** `tc` in a namespace. */
export async function tc({ name }: Namespace, args: string): Promise<void> {
  await runCommand(["tc", "-n", name, ...args.split(" ")]);
}

/**
 * Such a line for `tc`. What it lets through at once is a packet and a half, and not less than its clock needs at high rates.
 */
export function queueOf({ kbps, queueMs }: Bottleneck): string {
  return `tbf rate ${kbps}kbit burst ${Math.max(2_400, Math.ceil(kbps * 1.25))} latency ${queueMs}ms`;
}

function rules(nat: Nat): string {
  return `
    table ip zvonok {
      chain out {
        type nat hook postrouting priority srcnat;
        oifname "wan" masquerade ${nat === "symmetric" ? "fully-random" : ""}
      }
      chain through {
        type filter hook forward priority filter; policy drop;
        ${nat === "no-udp" ? "ip protocol udp drop" : ""}
        iifname "lan" accept
        ct state established,related accept
      }
      chain in {
        type filter hook input priority filter; policy drop;
        ct state established,related accept
      }
    }`;
}

/** Runs a command to its end; what it complained of is in the error. */
export async function runCommand([command, ...args]: string[], input = ""): Promise<void> {
  const child = new Deno.Command(command!, { args, stdin: "piped", stdout: "null", stderr: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stderr } = await child.output();
  if (!success) throw new Error(`${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr).trim()}`);
}
