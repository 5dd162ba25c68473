/** A scene without a browser: a signaling server behind `Deno.serve`, and people who call each other over werift. */

import type { CallMedia } from "../../shared/protocol/formats.ts";
import { Tokens } from "../../signaling/identity/auth.ts";
import { readConfig } from "../../signaling/config.ts";
import { SignalingServer } from "../../signaling/server.ts";
import { OlderServer } from "./older_server.ts";
import { SECRET } from "./product.ts";
import { WeriftPerson } from "./werift.ts";

/** The chat everybody is in who is not said to be elsewhere. */
export const CHAT = "a-chat";

/** `before`: their tab, which is reloaded. */
type Enter = (userId: string, chats?: string[], before?: WeriftPerson) => Promise<WeriftPerson>;

/** A test with a server of its own; who enters is taken out at its end. */
export function clientTest(
  name: string,
  run: (enter: Enter) => Promise<void>,
  env: Record<string, string> = {},
): void {
  Deno.test(`client: ${name}`, () => scene(run, env, (url) => ({ url, async [Symbol.asyncDispose]() {} })));
}

/** A test of clients with a server of protocol 1. */
export function olderServerTest(name: string, run: (enter: Enter) => Promise<void>): void {
  Deno.test(`client, over a server of protocol 1: ${name}`, () => scene(run, {}, (url) => new OlderServer(url)));
}

/** Accepts what rings, or will, at the callee's; both are connected then. */
export async function accept(caller: WeriftPerson, callee: WeriftPerson, media: CallMedia = "video"): Promise<void> {
  await callee.phase("incoming");
  callee.client.accept(media);
  await Promise.all([caller.phase("connected"), callee.phase("connected")]);
}

/** An audio call, until both are connected. */
export async function connect(caller: WeriftPerson, callee: WeriftPerson, chatId = CHAT): Promise<void> {
  caller.client.call(chatId, "audio");
  await accept(caller, callee, "audio");
}

/** Somebody's socket goes away, and they know it. */
export async function away(person: WeriftPerson): Promise<void> {
  person.goOffline();
  await person.until(({ signaling }) => signaling === "connecting");
}

/** `front`: what stands in front of the server, and is asked in its place. */
async function scene(
  run: (enter: Enter) => Promise<void>,
  env: Record<string, string>,
  front: (url: string) => AsyncDisposable & { readonly url: string },
): Promise<void> {
  const config = readConfig((name) => ({ SESSION_SECRET: SECRET, STUN_URLS: "", DATA_DIR: ":memory:", ...env })[name]);
  const tokens = new Tokens({ session: [SECRET] });
  const server = new SignalingServer(config);
  const http = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (req, info) => server.upgrade(req, info),
  );
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => {
    server.close();
    await http.shutdown();
  });
  const { url } = stack.use(front(`http://127.0.0.1:${http.addr.port}`));
  await run(async (userId, chats = [CHAT], before) => {
    const token = await tokens.sign({ userId, name: userId.toUpperCase(), chats });
    before?.goOffline();
    const person = stack.use(new WeriftPerson(url, token, before));
    await person.until(({ signaling }) => signaling === "open");
    return person;
  });
}
