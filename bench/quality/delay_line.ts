/**
 * A stretch of line that holds packets back and loses them in bursts, for kernels without `netem`: a TUN device, through which a
 * namespace routes what is to be late. Reads what to do from its standard input, a line of JSON each time; prints "ready" once.
 */

/** What happens to packets from one address. */
export interface Stretch {
  /** Everything is held back so long, in ms. */
  readonly delayMs: number;
  /** And up to so long beside, drawn anew every `REDRAW_MS`; packets stay in order, as in a queue. */
  readonly jitterMs: number;
  /** Two states that take turns by chance (Gilbert's model): all is lost for `meanMs` on average, which is so large a share of time. */
  readonly bursts: { readonly share: number; readonly meanMs: number } | null;
}

/** By the address that packets come from, such as `198.51.100.6`; others pass at once. */
export type Stretches = Readonly<Record<string, Stretch>>;

/** Wi-Fi and mobile links serve a station for some tens of milliseconds at a time. */
const REDRAW_MS = 100;

/** Decides for one direction when a packet leaves. Time and chance are the caller's. */
export class Held {
  readonly #stretch: Stretch;
  readonly #random: () => number;
  #extraMs = 0;
  #drawnAt = -Infinity;
  #lastOut = -Infinity;
  #isLosing = false;
  #turnsAt: number | null = null;

  constructor(stretch: Stretch, random: () => number = Math.random) {
    this.#stretch = stretch;
    this.#random = random;
  }

  /** When what comes `now` leaves, in ms; `null`: never. */
  out(now: number): number | null {
    const { delayMs, jitterMs, bursts } = this.#stretch;
    if (bursts !== null && this.#loses(now, bursts)) return null;
    if (now - this.#drawnAt >= REDRAW_MS) {
      this.#extraMs = this.#random() * jitterMs;
      this.#drawnAt = now;
    }
    return this.#lastOut = Math.max(this.#lastOut, now + delayMs + this.#extraMs);
  }

  #loses(now: number, { share, meanMs }: { share: number; meanMs: number }): boolean {
    const drawn = (losing: boolean) => -Math.log(1 - this.#random()) * (losing ? meanMs : meanMs * (1 - share) / share);
    this.#turnsAt ??= now + drawn(false);
    while (now >= this.#turnsAt) {
      this.#isLosing = !this.#isLosing;
      this.#turnsAt += drawn(this.#isLosing);
    }
    return this.#isLosing;
  }
}

/** Linux: `struct ifreq` with a name and flags, for a device of bare IP packets (linux/if_tun.h). */
const TUNSETIFF = 0x400454ca;
const IFF_TUN_NO_PI = 0x1001;
const O_RDWR = 2;
const LONGEST = 65_536;

async function serve(name: string): Promise<void> {
  const libc = Deno.dlopen("libc.so.6", {
    open: { parameters: ["buffer", "i32"], result: "i32" },
    ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" },
    read: { parameters: ["i32", "buffer", "usize"], result: "isize", nonblocking: true },
    write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  }).symbols;
  const bytes = (text: string) => new TextEncoder().encode(text + "\0");
  const device = libc.open(bytes("/dev/net/tun"), O_RDWR);
  const request = new Uint8Array(40);
  request.set(bytes(name));
  new DataView(request.buffer).setUint16(16, IFF_TUN_NO_PI, true);
  if (device < 0 || libc.ioctl(device, BigInt(TUNSETIFF), request) < 0) throw new Error("no TUN device can be made");
  console.log("ready");

  let held = new Map<string, Held>();
  const listen = async () => {
    let text = "";
    for await (const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
      const lines = (text += chunk).split("\n");
      text = lines.pop()!;
      for (const line of lines) {
        const stretches = JSON.parse(line) as Stretches;
        held = new Map(Object.entries(stretches).map(([from, stretch]) => [from, new Held(stretch)]));
      }
    }
    Deno.exit();
  };
  listen();

  const buffer = new Uint8Array(LONGEST);
  for (;;) {
    const length = Number(await libc.read(device, buffer, BigInt(LONGEST)));
    if (length < 20) continue;
    const packet = buffer.slice(0, length);
    const now = performance.now();
    const stretch = held.get(packet.subarray(12, 16).join("."));
    const at = stretch === undefined ? now : stretch.out(now);
    if (at === null) continue;
    const pass = () => void libc.write(device, packet, BigInt(length));
    if (at <= now) pass();
    else setTimeout(pass, at - now);
  }
}

if (import.meta.main) await serve(Deno.args[0]!);
