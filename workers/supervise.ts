/**
 * Several processes that serve one port (SO_REUSEPORT, socket(7): the kernel gives each connection to one of them, by a hash of its
 * addresses). Each is a whole server; what they share is in the store. Threads of one process (`deno serve --parallel`) spread
 * connections by the same means, and end together.
 */

import { ConfigError } from "../signaling/config.ts";
import { urlOf } from "../signaling/ops/listening.ts";
import { consoleLog, logFormat } from "../signaling/ops/log.ts";
import { findPlace, LOOPBACK, type Place } from "./place.ts";
import { replacement } from "./replacement.ts";

/** What a worker may do, in place of all that its supervisor may. `Deno.serve` takes `reusePort` with `--unstable-net` only. */
const WORKER = "run --no-prompt --unstable-net --lock=deno.lock --allow-net --allow-env --allow-read start.ts --worker";

/** R19: workers are gone within 5 s; none that hangs may stay. In ms. */
const KILL_MS = 6_000;

/** How often a worker is asked whether it serves yet, in ms. */
const ASK_MS = 50;

const format = logFormat();
const log = consoleLog(format);

/** Keeps so many workers serving until it is told to leave; resolves to the code to exit with. */
export async function supervise(workers: number): Promise<number> {
  try {
    const supervisor = new Supervisor(findPlace(workers));
    for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => supervisor.stop());
    return await supervisor.run();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    log("configuration-refused", { why: error.message });
    return 1;
  }
}

class Supervisor {
  readonly #place: Place;
  readonly #running = new Map<number, Deno.ChildProcess>();
  /** Resolves when all are to end. */
  readonly #end = Promise.withResolvers<void>();
  #state: "starting" | "serving" | "stopping" = "starting";
  /** A worker ended before all served: the next one would too. */
  #hasFailed = false;

  constructor(place: Place) {
    this.#place = place;
  }

  /** Resolves when all workers have ended, to the code to exit with. */
  async run(): Promise<number> {
    const numbers = Array.from({ length: this.#place.workers }, (_, n) => n + 1);
    const all = Promise.all(numbers.map((number) => this.#keep(number)));
    for (const number of numbers) await this.#untilServes(number);
    if (this.#state === "starting") {
      this.#state = "serving";
      this.#announce();
    }
    await all;
    return this.#hasFailed ? 1 : 0;
  }

  /** Tells all to leave, and replaces none any more. */
  stop(): void {
    if (this.#state === "stopping") return;
    this.#state = "stopping";
    this.#end.resolve();
    for (const child of this.#running.values()) child.kill("SIGTERM");
    Deno.unrefTimer(setTimeout(() => {
      for (const child of this.#running.values()) child.kill("SIGKILL");
    }, KILL_MS));
  }

  async #keep(number: number): Promise<void> {
    let early = 0;
    while (this.#state !== "stopping") {
      const startedAt = performance.now();
      const child = this.#spawn(number);
      this.#running.set(number, child);
      const { code, signal } = await child.status;
      this.#running.delete(number);
      if (!this.#isToReplace()) return;
      const next = replacement(early, performance.now() - startedAt);
      early = next.early;
      log("worker-ended", { worker: number, how: signal ?? `code ${code}`, waitMs: next.waitMs });
      await this.#wait(next.waitMs);
    }
  }

  /** Before all served, one that ends fails the start. */
  #isToReplace(): boolean {
    if (this.#state === "starting") {
      this.#hasFailed = true;
      this.stop();
    }
    return this.#state === "serving";
  }

  /** Waits for so many ms, but not once all are to end. */
  async #wait(ms: number): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, ms);
    await Promise.race([late.promise, this.#end.promise]);
    clearTimeout(timer);
  }

  #spawn(number: number): Deno.ChildProcess {
    const child = new Deno.Command(Deno.execPath(), {
      args: [...WORKER.split(" "), String(number)],
      cwd: new URL("../", import.meta.url),
      env: { PORT: String(this.#place.port) },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    for (const stream of [child.stdout, child.stderr]) passOn(number, stream);
    return child;
  }

  async #untilServes(number: number): Promise<void> {
    const url = `http://${LOOPBACK}:${this.#place.port + number}/healthz`;
    while (this.#state === "starting") {
      const answer = await fetch(url).catch(() => null);
      await answer?.body?.cancel();
      if (answer?.ok) return;
      await this.#wait(ASK_MS);
    }
  }

  #announce(): void {
    const { host, port, workers } = this.#place;
    log("workers-listening", { url: urlOf(host, port), workers, ports: `${port + 1} to ${port + workers}` });
  }
}

async function passOn(number: number, stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) say(number, line);
  }
  if (rest !== "") say(number, rest);
}

/** Whose line it is becomes a field where it is an event, as all is but what the runtime prints by itself. */
function say(worker: number, line: string): void {
  const event = format === "json" ? eventOf(line) : null;
  if (event === null) log("printed", { worker, text: line });
  else console.log(JSON.stringify({ ...event, worker }));
}

function eventOf(line: string): object | null {
  try {
    return line.startsWith("{") ? JSON.parse(line) : null;
  } catch {
    return null;
  }
}
