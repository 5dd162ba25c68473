/** What Call Doctor makes of a signaling socket, by what comes of one; tests/pages/doctor_test.ts has a real one. */

import assert from "node:assert/strict";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import type { SocketPort, Transport } from "../../shared/client/platform/platform.ts";
import type { ServerMessage } from "../../shared/protocol/server_messages.ts";
import type { Finding } from "./finding.ts";
import { checkSocket } from "./socket.ts";

const WELCOME = { type: "welcome", pingMs: 25_000, calls: [] } as unknown as ServerMessage;
const MISSED = { type: "call:missed", chatId: "a-chat", callId: "a-call", callerName: "Ann" } as ServerMessage;

/** A network between the page and the server. */
interface Network {
  readonly name: string;
  /** How many sockets are lost before one opens, and what the server says right after that. */
  readonly lost: number;
  readonly says: readonly ServerMessage[];
  /** How long an answer to a ping takes, in ms; `null`: none comes. */
  readonly pongMs: number | null;
}

/** What is found, and what was said to the server. */
async function examined(
  { lost, says, pongMs }: Network,
): Promise<{ finding: Finding; said: string[]; open: number }> {
  const clock = new FakeClock();
  const said: string[] = [];
  let tries = 0;
  const open = new Set<SocketPort>();
  const openSocket = () => {
    const isLost = tries++ < lost;
    const say = (message: ServerMessage) =>
      socket.onmessage?.call(null as never, { data: JSON.stringify(message) } as MessageEvent);
    const socket: SocketPort = {
      send: (frame) => {
        said.push(String(frame));
        if (pongMs !== null) clock.after(pongMs, () => say({ type: "pong" }));
      },
      close: () => void open.delete(socket),
      onopen: null,
      onmessage: null,
      onclose: null,
    };
    open.add(socket);
    clock.after(10, () => {
      if (isLost) {
        open.delete(socket);
        return socket.onclose?.call(null as never, { code: 1006 } as CloseEvent);
      }
      socket.onopen?.call(null as never, new Event("open"));
      says.forEach(say);
    });
    return Promise.resolve(socket);
  };
  const ports = {
    transport: { openSocket, isAuthorized: () => Promise.resolve(true) } as Partial<Transport> as Transport,
    lifecycle: { onWake: () => {}, onLeave: () => {} },
    clock,
    crypto: { random: () => 0, newId: () => "" },
  };
  const finding = checkSocket(ports, []);
  await clock.pass(0);
  await clock.pass(10_000);
  return { finding: await finding, said, open: open.size };
}

const FOUND: readonly [Network, Finding["grade"], says: string][] = [
  [{ name: "none opens", lost: Infinity, says: [], pongMs: null }, "bad", "socketBlocked"],
  [{ name: "the second one opens", lost: 1, says: [WELCOME], pongMs: 20 }, "good", "socketGood"],
  [{ name: "it opens, and nothing comes", lost: 0, says: [], pongMs: null }, "bad", "socketMute"],
  [{ name: "no ping is answered", lost: 0, says: [WELCOME], pongMs: null }, "bad", "socketMute"],
  [{ name: "all answers come soon", lost: 0, says: [WELCOME], pongMs: 20 }, "good", "socketGood"],
  [{ name: "few answers come in time", lost: 0, says: [WELCOME], pongMs: 600 }, "poor", "socketSlow"],
  [{ name: "one answer comes in time", lost: 0, says: [WELCOME], pongMs: 1_400 }, "poor", "socketSlow"],
];

for (const [network, grade, says] of FOUND) {
  Deno.test(`doctor socket: ${network.name}: ${says}`, async () => {
    const { finding, open } = await examined(network);
    assert.ok("says" in finding);
    assert.deepEqual([finding.grade, finding.says, open], [grade, says, 0]);
    if (network.pongMs !== null) assert.deepEqual(finding.values, { ms: network.pongMs });
  });
}

Deno.test("doctor socket: a missed call that comes to it stays missed", async () => {
  const { said } = await examined({ name: "", lost: 0, says: [WELCOME, MISSED], pongMs: 20 });
  assert.deepEqual(new Set(said), new Set(['{"type":"ping"}']));
});
