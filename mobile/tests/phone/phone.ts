/**
 * A phone without its screen, as a process: the call client on the app's own platform and session, through react-native-webrtc's own
 * JavaScript, over libwebrtc. Told what to do by lines of JSON, which it answers.
 */

import { pbkdf2Sync } from "node:crypto";
import { createInterface } from "node:readline";
import { digitsOf, fingerprintsOf } from "../../../shared/client/call/verification.ts";
import { CallClient } from "../../../shared/client/client.ts";
import { reactNative } from "../../platform/react_native.ts";
import { Session } from "../../session/session.ts";
import { changeNetwork, Storage } from "./expo_stubs.ts";
import { native } from "./webrtc_module.ts";

/** What a test may ask for. */
interface Command {
  readonly id: number;
  readonly do: string;
  readonly args: unknown[];
}

const server = process.env.PHONE_SERVER ?? "";

const session = new Session({
  server,
  vault: {
    read: () => Promise.resolve(Storage.getItemSync("token")),
    write: (token) =>
      Promise.resolve(token === null ? Storage.removeItemSync("token") : Storage.setItemSync("token", token)),
  },
  hostToken: null,
  now: Date.now,
});

let client: CallClient | null = null;

/** Does one of `CallActions`. */
function act(name: string, ...args: unknown[]): void {
  (client as unknown as Record<string, (...args: unknown[]) => void>)[name]!(...args);
}

const commands: Record<string, (...args: never[]) => unknown> = {
  /** Enters a chat by its id, as the screens do it, and watches it. */
  async join(name: string, chatId: string) {
    await session.start();
    const trouble = session.person?.chats.includes(chatId)
      ? null
      : (session.person === null ? await session.enter(name) : null) ?? await session.join(chatId);
    if (trouble !== null) throw new Error(trouble);
    client = new CallClient(reactNative(server, session));
    client.watch(chatId);
  },

  act,

  /** Likewise, at a time in ms since 1970. */
  async actAt(at: number, ...action: unknown[]) {
    await new Promise((resolve) => setTimeout(resolve, at - Date.now()));
    act(...action as [string]);
  },

  state() {
    const { call, signaling, local, remote, quality, problem, members, missed } = client!.snapshot;
    return {
      phase: call.phase,
      outcome: call.phase === "ended" ? call.outcome : null,
      signaling,
      local: { microphone: local.microphone, camera: local.camera },
      remote: {
        audio: remote.audio,
        video: remote.video,
        screen: remote.screen,
        hasScreen: remote.screenStream !== null,
      },
      isRated: quality !== null,
      problem,
      online: Object.values(members).flat().filter((member) => member?.online).length,
      missed: missed.length,
    };
  },

  async digits() {
    const fingerprints = fingerprintsOf(client!.descriptions()!)!;
    const derive = (
      password: string,
      { salt, iterations, bytes }: { salt: string; iterations: number; bytes: number },
    ) => Promise.resolve(new Uint8Array(pbkdf2Sync(password, salt, iterations, bytes, "sha256")));
    return (await digitsOf(fingerprints, derive)).join(" ");
  },

  received: native.received,
  held: native.held,
  deny: native.deny,
  changeNetwork,
};

createInterface({ input: process.stdin }).on("line", async (line) => {
  const { id, do: name, args } = JSON.parse(line) as Command;
  let answer: object;
  try {
    answer = { result: await commands[name]!(...args as never[]) ?? null };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify({ id, ...answer })}\n`);
}).on("close", () => process.exit(0));
