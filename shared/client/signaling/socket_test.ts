import assert from "node:assert/strict";
import { FakeClock } from "../../../tests/support/fake_clock.ts";
import type { ClientMessage } from "../../protocol/client_messages.ts";
import type { ServerMessage } from "../../protocol/server_messages.ts";
import type { Lifecycle, SocketPort, Transport, Wake } from "../platform/platform.ts";
import { SignalSocket } from "./socket.ts";

const WELCOME = { type: "welcome", pingMs: 25_000 } as ServerMessage;
const PONG = { type: "pong" } as ServerMessage;
const END = { type: "call:end", chatId: "a-chat", callId: "a-call" } as const;
const RINGING = { ...END, type: "call:ringing" } as const;

/** A signaling socket, and the server at its other end, which says what the test has it say. */
class Scene extends FakeClock {
  readonly signal: SignalSocket;
  /** The messages sent, by socket. */
  readonly sent: ClientMessage[][] = [];
  #sockets: SocketPort[] = [];
  wake: (why: Wake) => void = () => {};

  constructor() {
    super();
    const transport: Pick<Transport, "openSocket"> = {
      openSocket: () => {
        const sent: ClientMessage[] = [];
        this.sent.push(sent);
        const socket: SocketPort = {
          send: (data) => sent.push(JSON.parse(String(data))),
          close: () => {},
          onopen: null,
          onmessage: null,
          onclose: null,
        };
        this.#sockets.push(socket);
        return Promise.resolve(socket);
      },
    };
    const lifecycle: Lifecycle = { onWake: (action) => this.wake = action, onLeave: () => {} };
    const platform = {
      transport: transport as Transport,
      lifecycle,
      clock: this,
      crypto: { random: () => 0, newId: () => "" },
    };
    this.signal = new SignalSocket(platform, { onStatus: () => {}, onMessage: () => {} });
  }

  /** The server says something over the newest socket. */
  says(message: ServerMessage): void {
    this.#sockets.at(-1)!.onmessage!.call(null as never, { data: JSON.stringify(message) } as MessageEvent);
  }

  /** The messages sent over a socket, but for pings. */
  words(socket: number): string[] {
    return this.sent[socket]!.map(({ type }) => type).filter((type) => type !== "ping");
  }
}

/** Ready, and with `call:end`, the second frame, refused for its rate. */
async function refused(): Promise<Scene> {
  const scene = new Scene();
  await scene.pass(0);
  scene.says(WELCOME);
  scene.says(PONG);
  scene.signal.send(END);
  scene.says(refusal(2));
  return scene;
}

function refusal(frame: number): ServerMessage {
  return { type: "call:error", code: "RATE_LIMITED", message: "Too many messages", retryAfterMs: 300, frame };
}

Deno.test("[R18] signal: what was refused is sent again in time, before what came later", async () => {
  const scene = await refused();
  scene.signal.send(RINGING);
  assert.deepEqual(scene.words(0), ["call:end"]);
  await scene.pass(300);
  assert.deepEqual(scene.words(0), ["call:end", "call:end", "call:ringing"]);
  scene.signal.close();
});

Deno.test("[R18] signal: what is due while the socket is probed goes out with the next socket, first of all", async () => {
  const scene = await refused();
  await scene.pass(200);
  scene.wake("seen");
  scene.signal.send(RINGING);
  await scene.pass(200);
  assert.deepEqual(scene.words(0), ["call:end"], "not into a socket that may be dead");
  await scene.pass(400);
  assert.equal(scene.sent.length, 2, "it was dead");
  scene.says(WELCOME);
  assert.deepEqual(scene.words(1), []);
  scene.says(PONG);
  assert.deepEqual(scene.words(1), ["call:end", "call:ringing"]);
  scene.signal.close();
});

Deno.test("[R18] signal: what is due while the socket is probed goes out once that is over", async () => {
  const scene = await refused();
  await scene.pass(200);
  scene.wake("seen");
  scene.signal.send(RINGING);
  await scene.pass(200);
  scene.says(PONG);
  assert.deepEqual(scene.words(0), ["call:end", "call:end", "call:ringing"]);
  scene.signal.close();
});

Deno.test("[R18] signal: a ping that was refused is sent again all the same, since its pong ends the probe", async () => {
  const scene = await refused();
  await scene.pass(200);
  scene.wake("seen");
  scene.says(refusal(3));
  await scene.pass(300);
  assert.equal(scene.sent[0]!.at(-1)!.type, "ping");
  assert.deepEqual(scene.words(0), ["call:end"]);
  scene.says(PONG);
  assert.deepEqual(scene.words(0), ["call:end", "call:end"]);
  assert.equal(scene.sent.length, 1);
  scene.signal.close();
});

Deno.test("signal: what waits is sent once the server has said more of each call that it named, and no ping asks for it", async () => {
  const scene = new Scene();
  scene.signal.send(END);
  await scene.pass(0);
  const calls = [END.callId, "other-call"].map((callId) => ({ ...END, callId, role: "callee", state: "ringing" }));
  scene.says({ ...WELCOME, calls } as ServerMessage);
  scene.says({ ...END, type: "call:offer" } as ServerMessage);
  assert.deepEqual(scene.sent[0], [], "of the other one it has not");
  scene.says({ ...END, callId: "other-call", reason: "cancelled" });
  assert.deepEqual(scene.sent[0], [END]);
  scene.signal.close();
});

Deno.test("signal: a server of protocol 1 is asked by a ping, and buffered until its pong", async () => {
  const scene = new Scene();
  scene.signal.send(END);
  await scene.pass(0);
  scene.says(WELCOME);
  scene.says({ ...END, type: "call:offer" } as ServerMessage);
  assert.deepEqual(scene.sent[0], [{ type: "ping" }]);
  scene.says(PONG);
  assert.deepEqual(scene.sent[0], [{ type: "ping" }, END]);
  scene.signal.close();
});
