/** The hub with an engine that takes its time, as one that is shared by several processes does. */

import assert from "node:assert/strict";
import type { ServerMessage } from "../shared/protocol/server_messages.ts";
import type { Engine, EngineEvent, EngineFactory } from "./engine/engine.ts";
import { MemoryEngine } from "./engine/memory.ts";
import { Hub } from "./hub.ts";
import { CallRecords } from "./log/call_records.ts";
import { IN_MEMORY, SqliteCallLog } from "./log/sqlite_log.ts";

const SDP = "v=0\r\nm=audio 9 RTP/AVP 0";
const HOUR_MS = 3600_000;

/** An engine that takes the events it was given when it is told to. */
function late(): { factory: EngineFactory; catchUp(): void } {
  const waiting: (() => void)[] = [];
  const factory: EngineFactory = (options, receive) => {
    const engine: Engine = new MemoryEngine(options, receive);
    const submit = engine.submit.bind(engine);
    return Object.assign(engine, { submit: (event: EngineEvent) => void waiting.push(() => submit(event)) });
  };
  return { factory, catchUp: () => waiting.splice(0).forEach((take) => take()) };
}

Deno.test("hub: [R20] nothing is said over a socket before its welcome, of a call, of the chat or of its session", () => {
  const { factory, catchUp } = late();
  const log = new SqliteCallLog(IN_MEMORY, (event) => assert.fail(event));
  const records = new CallRecords({
    log: () => log,
    isSpokesman: () => true,
    chatsOf: () => Promise.resolve([]),
    report: null,
  });
  const hub: Hub = new Hub({
    engine: factory,
    ringTimeoutMs: 30_000,
    graceMs: 20_000,
    chatCapacity: 2,
    push: false,
    desk: null,
    pingMs: 30_000,
    ice: () => ({ iceServers: [] }),
    videoCodecs: [],
    now: Date.now,
    ticks: () => performance.now(),
    clock: Date.now,
    newId: () => "call-0123456789abcdef",
    records,
    log: () => {},
    debugLog: false,
  });
  const session = (userId: string, expiresAt = Date.now() + HOUR_MS) => ({
    userId,
    name: userId,
    chats: ["chat"],
    isGuest: true,
    issuedAt: Date.now(),
    expiresAt,
  });
  const enter = (userId: string) => {
    const heard: ServerMessage["type"][] = [];
    const outbox = { send: ({ type }: ServerMessage) => void heard.push(type), close() {}, expel() {} };
    return {
      heard,
      connection: hub.connect(session(userId), `${userId}s-phone`, { page: "page", protocol: 3 }, outbox),
    };
  };
  const [ann, bob] = [enter("ann"), enter("bob")];
  catchUp();
  bob.connection.receive({ type: "chat:watch", chatId: "chat" }, 1);
  catchUp();
  bob.heard.length = 0;

  ann.connection.receive({ type: "call:initiate", chatId: "chat", offer: { type: "offer", sdp: SDP } }, 1);
  const again = enter("bob");
  hub.renew(session("bob", Date.now() + 2 * HOUR_MS));
  assert.deepEqual(again.heard, []);
  catchUp();
  assert.deepEqual(again.heard, ["welcome", "call:offer"]);
  hub.renew(session("bob", Date.now() + 3 * HOUR_MS));
  assert.deepEqual(again.heard, ["welcome", "call:offer", "session:renewed"]);
  hub.close();
  records.close();
  log.close();
});
