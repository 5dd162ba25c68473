/** A server under measurement, in a process of its own: what it has used of the CPU, and what it holds in memory. */

/** Linux counts CPU time in hundredths of a second (`man 5 proc`, `sysconf(_SC_CLK_TCK)`). */
const TICK_MS = 10;

/** CPU time that a process has used so far, all threads, in ms. */
export function cpuMsOf(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // Fields 14 and 15; the name in parentheses may have blanks in it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** How to start a server. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
}

/** What is left after a garbage collection, in bytes: of the whole process, and of what the script engine knows. */
export interface Memory {
  readonly rss: number;
  readonly heap: number;
}

/** A running server; `await using` kills it. */
export class ServerProcess implements AsyncDisposable {
  readonly port: number;
  readonly #child: Deno.ChildProcess;
  readonly #lines: Lines;

  /** Starts it, and waits for the URL that it prints. */
  static async start({ command, args, env = {} }: Command): Promise<ServerProcess> {
    const child = new Deno.Command(command, {
      args: [...args],
      env,
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const lines = new Lines(child.stdout);
    const url = await lines.find(/http:\/\/127\.0\.0\.1:(\d+)\//);
    return new ServerProcess(child, lines, Number(url[1]));
  }

  private constructor(child: Deno.ChildProcess, lines: Lines, port: number) {
    this.#child = child;
    this.#lines = lines;
    this.port = port;
  }

  /** Waits until it serves: one over a store has to know the others first. */
  async ready(): Promise<void> {
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${this.port}/readyz`);
      await answer.body?.cancel();
      if (answer.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** CPU time that the process has used so far, all threads, in ms. */
  cpuMs(): number {
    return cpuMsOf(this.#child.pid);
  }

  async memory(): Promise<Memory> {
    this.#child.kill("SIGUSR2");
    return JSON.parse((await this.#lines.find(/^memory (.*)$/))[1]!);
  }

  /** What the process holds now, before any garbage collection, in bytes. */
  rss(): number {
    const status = Deno.readTextFileSync(`/proc/${this.#child.pid}/status`);
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
  }

  /** How many files and sockets it has open. */
  descriptors(): number {
    return [...Deno.readDirSync(`/proc/${this.#child.pid}/fd`)].length;
  }

  /** What the script engine holds after one garbage collection, in bytes, and how many timers are set; `soak/inside.mjs` has to be loaded. */
  async inside(): Promise<{ heap: number; timers: number }> {
    this.#child.kill("SIGHUP");
    return JSON.parse((await this.#lines.find(/^inside (.*)$/))[1]!);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#lines.cancel();
  }
}

/** The lines of a stream, one after the other. */
class Lines {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #rest = "";

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The next line like this; those before it are passed over. */
  async find(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const end = this.#rest.indexOf("\n");
      if (end >= 0) {
        const line = this.#rest.slice(0, end);
        this.#rest = this.#rest.slice(end + 1);
        const match = pattern.exec(line);
        if (match !== null) return match;
        continue;
      }
      const { value, done } = await this.#reader.read();
      if (done) throw new Error(`The server ended before it printed ${pattern}`);
      this.#rest += value;
    }
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }
}
