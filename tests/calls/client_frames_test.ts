/** What the client makes of frames that no server of this version sends, and of actions that mean nothing where it stands. */

import assert from "node:assert/strict";
import type { ServerMessage } from "../../shared/protocol/server_messages.ts";
import { WeriftPerson } from "../support/werift.ts";

const welcome: ServerMessage = {
  type: "welcome",
  protocol: 1,
  deviceId: "laptop",
  user: { id: "ann", name: "Ann" },
  iceServers: [],
  ringTimeoutMs: 30_000,
  graceMs: 20_000,
  pingMs: 25_000,
  videoCodecs: [],
};
const members: ServerMessage = {
  type: "chat:state",
  chatId: "a-chat",
  members: [{ id: "ann", name: "Ann", online: true }],
};

/** A test with somebody at a server that sends what it is told to. */
function framesTest(name: string, run: (ann: WeriftPerson, say: (frame: object) => void) => Promise<void>): void {
  Deno.test(`client: ${name}`, async () => {
    const sockets: WebSocket[] = [];
    const http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (req) => {
      const { socket, response } = Deno.upgradeWebSocket(req, { protocol: "zvonok.v1" });
      sockets.push(socket);
      socket.onopen = () => say(welcome);
      socket.onmessage = ({ data }) => JSON.parse(data).type === "ping" && say({ type: "pong" });
      return response;
    });
    const say = (frame: object) => sockets.at(-1)!.send(JSON.stringify(frame));
    await using stack = new AsyncDisposableStack();
    stack.defer(() => http.shutdown());
    const ann = stack.use(new WeriftPerson(`http://127.0.0.1:${http.addr.port}`, "a.token"));
    await ann.until(({ signaling }) => signaling === "open");
    await run(ann, say);
  });
}

framesTest("a frame of an unknown type does nothing, whatever it is called", async (ann, say) => {
  for (const type of ["accept", "check", "close", "hang-up", "timer", "failed", "released", "call:later"]) {
    say({ type, on: true, media: "video", chatId: "a-chat", callId: "a-call-0123456789" });
  }
  say(members);
  const { call, checking } = await ann.until(({ members }) => members["a-chat"] !== undefined);
  assert.deepEqual([call.phase, checking, ann.asked], ["idle", false, []]);
});

framesTest("who is put out of the chat while they check their devices has none open", async (ann, say) => {
  ann.client.check(true);
  await ann.until(({ local }) => local.stream !== null);
  say({ type: "call:error", code: "ACCESS_DENIED", message: "Access denied", chatId: "a-chat" });
  await ann.until(({ members, checking }) => members["a-chat"] === null && !checking);
  await ann.until(({ local }) => local.stream === null);
});

framesTest("a microphone is not opened for nobody", async (ann, say) => {
  ann.client.setMicrophone(true);
  say(members);
  await ann.until(({ members }) => members["a-chat"] !== undefined);
  assert.deepEqual(ann.asked, []);
});
