/**
 * A phone without its screen (`mobile/tests/phone/phone.ts`): a process of Node with the app's own platform and session, the call client,
 * and react-native-webrtc's own JavaScript over libwebrtc. Its packages are the app's: `deno task mobile` installs them.
 */

import { fileURLToPath } from "node:url";
import { isCommand } from "./commands.ts";
import { esbuild } from "./esbuild.ts";
import { TextLineStream } from "./line_stream.ts";
import type { Received } from "./person.ts";
import { until } from "./until.ts";

const FOLDER = new URL("../../mobile/", import.meta.url);
const path = (name: string) => fileURLToPath(new URL(name, FOLDER));

/** Whether the app's packages are installed, and there is a Node to run them. */
export const hasPhone = isCommand("node") && exists("node_modules/@roamhq/wrtc") &&
  exists("node_modules/react-native-webrtc");

function exists(name: string): boolean {
  try {
    return Deno.statSync(new URL(name, FOLDER)).isDirectory;
  } catch {
    return false;
  }
}

/** What the phone says of its call. */
export interface PhoneState {
  readonly phase: string;
  readonly outcome: string | null;
  readonly signaling: string;
  readonly local: { readonly microphone: boolean; readonly camera: boolean };
  readonly remote: {
    readonly audio: boolean;
    readonly video: boolean;
    readonly screen: boolean;
    readonly hasScreen: boolean;
  };
  readonly isRated: boolean;
  readonly problem: Readonly<Record<string, string>> | null;
  readonly online: number;
  readonly missed: number;
}

/** What the native side holds. */
export interface Held {
  readonly tracks: number;
  readonly streams: number;
  readonly connections: number;
}

/** Nothing is left of a call. */
export const NOTHING_HELD: Held = { tracks: 0, streams: 0, connections: 0 };

/** The program, bundled once for all tests of a process. */
let bundled: Promise<string> | null = null;

async function bundle(): Promise<string> {
  const { buildSync } = await esbuild();
  const file = await Deno.makeTempFile({ prefix: "zvonok-phone-", suffix: ".cjs" });
  const stub = (name: string) => path(`tests/phone/${name}.ts`);
  buildSync({
    entryPoints: [stub("phone")],
    outfile: file,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    mainFields: ["react-native", "main"],
    nodePaths: [path("node_modules")],
    external: ["@roamhq/wrtc"],
    alias: {
      "react-native/Libraries/vendor/emitter/EventEmitter": stub("event_emitter"),
      "react-native": stub("react_native"),
      "expo-crypto": stub("expo_stubs"),
      "expo-network": stub("expo_stubs"),
      "expo-sqlite/kv-store": stub("expo_stubs"),
    },
    logLevel: "error",
  });
  return file;
}

export class Phone implements AsyncDisposable {
  readonly #storage: string;
  readonly #server: string;
  readonly #name: string;
  readonly #chatId: string;
  readonly #waiting = new Map<number, (answer: { result?: unknown; error?: string }) => void>();
  #process: Deno.ChildProcess | null = null;
  #input: WritableStreamDefaultWriter<Uint8Array> | null = null;
  #read: Promise<unknown> = Promise.resolve();
  /** What it has said besides, the newest last. */
  readonly #said: string[] = [];
  #asked = 0;

  private constructor(storage: string, server: string, name: string, chatId: string) {
    this.#storage = storage;
    this.#server = server;
    this.#name = name;
    this.#chatId = chatId;
  }

  /** Somebody with a phone, in a chat of the server at `url`. */
  static async join(url: string, name: string, chatId: string): Promise<Phone> {
    const phone = new Phone(await Deno.makeTempFile({ prefix: "zvonok-phone-", suffix: ".json" }), url, name, chatId);
    await Deno.writeTextFile(phone.#storage, "{}");
    await phone.start();
    return phone;
  }

  /** Starts the app: at first, or again after `kill`. */
  async start(): Promise<void> {
    const program = await (bundled ??= bundle());
    this.#process = new Deno.Command("node", {
      args: ["--experimental-websocket", "--no-warnings", program],
      env: { NODE_PATH: path("node_modules"), PHONE_STORAGE: this.#storage, PHONE_SERVER: this.#server },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const { stdin, stdout, stderr } = this.#process;
    this.#input = stdin.getWriter();
    const lines = (stream: ReadableStream<Uint8Array<ArrayBuffer>>) =>
      stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    const note = (line: string) => {
      if (this.#said.push(line) > 40) this.#said.shift();
    };
    const hear = async () => {
      for await (const line of lines(stdout)) {
        // react-native-webrtc logs there too.
        if (!line.startsWith("{")) {
          note(line);
          continue;
        }
        const { id, ...answer } = JSON.parse(line);
        this.#waiting.get(id)?.(answer);
        this.#waiting.delete(id);
      }
      for (const answer of this.#waiting.values()) answer({ error: `The phone ended:\n${this.#said.join("\n")}` });
      this.#waiting.clear();
    };
    const complain = async () => {
      for await (const line of lines(stderr)) note(line);
    };
    this.#read = Promise.all([hear(), complain()]);
    await this.#ask("join", this.#name, this.#chatId);
    await until("the phone is online", async () => (await this.state()).signaling === "open");
  }

  /** Ends the app without a word, as a phone's system does. */
  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#over();
  }

  /** Does one of the call client's `CallActions`. */
  async act(name: string, ...args: unknown[]): Promise<void> {
    await this.#ask("act", name, ...args);
  }

  /** Likewise, at a time in ms since 1970. */
  async actAt(at: number, name: string, ...args: unknown[]): Promise<void> {
    await this.#ask("actAt", at, name, ...args);
  }

  state(): Promise<PhoneState> {
    return this.#ask("state") as Promise<PhoneState>;
  }

  /** Waits until the phone says so of its call. */
  async is(what: string, look: (state: PhoneState) => boolean, timeoutMs?: number): Promise<void> {
    let last: unknown;
    try {
      await until(what, async () => look(last = await this.state() as never), timeoutMs);
    } catch (cause) {
      throw new Error(`${what}: ${JSON.stringify(last)}`, { cause });
    }
  }

  /** Waits until its call is in a phase. */
  async isIn(phase: string, timeoutMs?: number): Promise<void> {
    await this.is(`the phone's call is ${phase}`, (state) => state.phase === phase, timeoutMs);
  }

  /** Waits until `kind` of the other person's media has come since now. */
  async receives(kind: keyof Received, timeoutMs?: number): Promise<void> {
    const received = async () => (await this.#ask("received") as Received)[kind];
    const before = await received();
    await until(`more ${kind} on the phone`, async () => await received() > before, timeoutMs);
  }

  /** What the native side holds now. */
  held(): Promise<Held> {
    return this.#ask("held") as Promise<Held>;
  }

  /** The digits to compare. */
  digits(): Promise<string> {
    return this.#ask("digits") as Promise<string>;
  }

  /** Takes a device away from the app, or gives it back. */
  async deny(device: "camera" | "microphone", isDenied: boolean): Promise<void> {
    await this.#ask("deny", device, isDenied);
  }

  /** From Wi-Fi to mobile data, say. */
  async changeNetwork(type: string): Promise<void> {
    await this.#ask("changeNetwork", type);
  }

  async #ask(name: string, ...args: unknown[]): Promise<unknown> {
    const id = ++this.#asked;
    const answer = new Promise<{ result?: unknown; error?: string }>((resolve) => this.#waiting.set(id, resolve));
    await this.#input!.write(new TextEncoder().encode(`${JSON.stringify({ id, do: name, args })}\n`));
    const { result, error } = await answer;
    if (error !== undefined) throw new Error(`${name}: ${error}`);
    return result;
  }

  async #over(): Promise<void> {
    await this.#input?.close().catch(() => {});
    await this.#process?.status;
    await this.#read;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#over();
    await Deno.remove(this.#storage);
  }
}
