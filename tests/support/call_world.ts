/**
 * A chat with two users of two devices each, seen from outside the call function: what every device was told, and the
 * invariants that no order of events may break. Immutable, so that states can be compared and explored.
 */

import type { ServerMessage } from "../../shared/protocol.ts";
import { advance, nextDeadline } from "../../signaling/call.ts";
import {
  type CallEvent,
  type ChatCalls,
  type Endpoint,
  type InCallMessage,
  MEMORY_MS,
  NO_CALLS,
} from "../../signaling/call_state.ts";

export const RULES = { ringTimeoutMs: 30_000, graceMs: 20_000 };
export const ENDPOINTS: readonly Endpoint[] = ["ann", "bob"].flatMap((user) =>
  ["1", "2"].map((device) => ({ user, device }))
);
/** Ids that clients propose: few, so that repeats and mix-ups are common. */
export const CALL_IDS = ["call-aaaaaaaaaaaaaaaa", "call-bbbbbbbbbbbbbbbb"] as const;

const CHAT = "chat";
const SDP = "v=0\r\nm=audio 9 RTP/AVP 0";
const CANDIDATE = { candidate: "candidate:1 1 udp 1 192.0.2.1 9 typ host", sdpMid: "0" };

/** Something a device, a socket or the clock does. */
export type Step =
  | {
    readonly do: "initiate" | "answer" | "reject" | "candidate" | "end";
    readonly from: number;
    readonly callId: string | null;
  }
  | { readonly do: "resume"; readonly from: number; readonly callId: string; readonly role: "caller" | "callee" }
  | { readonly do: "drop" | "connect" | "reload"; readonly from: number }
  /** The server forgets everything, and every socket drops. */
  | { readonly do: "restart" }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "deadline" };

/** What one device knows, by what it was told. */
interface Device {
  readonly connected: boolean;
  /** The call it rings for. */
  readonly rings: string | null;
}

/** One state of the chat and of what was seen of it. */
export interface World {
  readonly chat: ChatCalls;
  readonly now: number;
  readonly devices: readonly Device[];
  /** Calls that were answered, and by which device. */
  readonly winners: Readonly<Record<string, string>>;
  readonly over: Readonly<Record<string, number>>;
  /** How many ids the server has given. */
  readonly ids: number;
  /** What went wrong; empty as long as the rules hold. */
  readonly violations: readonly string[];
}

export const START: World = {
  chat: NO_CALLS,
  now: 0,
  devices: ENDPOINTS.map(() => ({ connected: true, rings: null })),
  winners: {},
  over: {},
  ids: 0,
  violations: [],
};

/** The call function under test: the real one, or a mutant that the invariants must catch. */
export type Advance = typeof advance;

/** Applies a step and checks what came of it. */
export function step(world: World, next: Step, apply: Advance = advance): World {
  const moved = prepare(world, next);
  const event = moved && eventOf(moved, next);
  if (event === null) return world;
  const result = apply(moved!.chat, event, RULES);
  return inspect(moved!, event, result.chat, result.deliveries);
}

/** Lets time pass until nothing is due any more, as if nobody did anything. */
export function settle(world: World, apply: Advance = advance): World {
  for (let guard = 0; guard < 10; guard++) {
    if (nextDeadline(world.chat) === null) return world;
    world = step(world, { do: "deadline" }, apply);
  }
  return { ...world, violations: [...world.violations, "deadlines never end"] };
}

function prepare(world: World, next: Step): World | null {
  switch (next.do) {
    case "wait":
      return { ...world, now: world.now + next.ms };
    case "deadline": {
      const due = nextDeadline(world.chat);
      return due === null ? null : { ...world, now: Math.max(world.now, due) };
    }
    case "restart":
      return {
        ...START,
        now: world.now,
        ids: world.ids,
        devices: ENDPOINTS.map(() => ({ connected: false, rings: null })),
      };
    case "drop":
      return world.devices[next.from]!.connected
        ? withDevice(world, next.from, { connected: false, rings: null })
        : null;
    case "connect":
    case "reload":
      return withDevice(world, next.from, { connected: true, rings: null });
    default:
      if (!world.devices[next.from]!.connected) return null;
      return next.do === "initiate" && next.callId === null ? { ...world, ids: world.ids + 1 } : world;
  }
}

function eventOf({ now, devices, ids }: World, next: Step): CallEvent | null {
  if (next.do === "wait" || next.do === "deadline" || next.do === "restart") return { type: "tick", now };
  const from = ENDPOINTS[next.from]!;
  switch (next.do) {
    case "drop":
      return { type: "drop", now, from };
    case "connect":
    case "reload":
      return { type: "connect", now, from, reloaded: next.do === "reload" };
    case "resume": {
      const message = { type: "call:resume" as const, chatId: CHAT, callId: next.callId, role: next.role };
      return { type: "resume", now, from: { ...from, name: from.user }, message, busy: false };
    }
    case "initiate": {
      const callee = from.user === "ann" ? "bob" : "ann";
      return {
        type: "initiate",
        now,
        from,
        name: from.user,
        callId: next.callId ?? `server-given-${ids}`,
        message: {
          type: "call:initiate",
          chatId: CHAT,
          offer: { type: "offer", sdp: SDP },
          ...(next.callId ? { callId: next.callId } : {}),
        },
        callee,
        devices: ENDPOINTS.flatMap(({ user, device }, n) =>
          user === callee ? [{ device, connected: devices[n]!.connected }] : []
        ),
        callerBusy: false,
        calleeBusy: false,
      };
    }
    default: {
      const about = { chatId: CHAT, ...(next.callId ? { callId: next.callId } : {}) };
      return { type: "message", now, from: { ...from, name: from.user }, message: inCall(next.do, about) };
    }
  }
}

function inCall(
  action: "answer" | "reject" | "candidate" | "end",
  about: { chatId: string; callId?: string },
): InCallMessage {
  switch (action) {
    case "answer":
      return { type: "call:answer", ...about, answer: { type: "answer", sdp: SDP } };
    case "candidate":
      return { type: "call:ice-candidate", ...about, candidate: CANDIDATE };
    case "reject":
      return { type: "call:reject", ...about };
    case "end":
      return { type: "call:end", ...about };
  }
}

function inspect(
  before: World,
  event: CallEvent,
  chat: ChatCalls,
  deliveries: ReturnType<Advance>["deliveries"],
): World {
  const devices = before.devices.map((device) => ({ ...device }));
  const winners = { ...before.winners };
  const over = Object.fromEntries(Object.entries(before.over).filter(([, at]) => before.now - at < MEMORY_MS));
  const violations = [...before.violations];
  const check = (holds: boolean, rule: string) => {
    if (!holds) violations.push(`${rule} (on ${event.type})`);
  };
  for (const callId of Object.keys(winners)) {
    if (!(callId in over) && before.chat.call?.callId !== callId) delete winners[callId];
  }

  // Whoever answered or ended it knows, without being told.
  if (event.type === "message" && (chat.call === null || isParty(chat, event.from))) {
    devices[indexOf(event.from)]!.rings = null;
  }

  for (const { to, message } of deliveries) {
    if (to.device === undefined) continue;
    const endpoint = { user: to.user, device: to.device };
    const device = devices[indexOf(endpoint)]!;
    if (message.type === "call:error" || !device.connected) continue;
    const callId = (message as Extract<ServerMessage, { callId: string }>).callId;
    if (message.type !== "call:end") check(!(callId in over), `${message.type} after the end of its call`);
    switch (message.type) {
      case "call:offer":
        check(chat.call?.state === "ringing" && chat.call.callId === callId, "an offer for a call that does not ring");
        device.rings = callId;
        break;
      case "call:answer":
        check(chat.call?.state === "connected" && isSame(chat.call.caller, endpoint), "an answer for somebody else");
        break;
      case "call:ice-candidate":
        check(chat.call?.state === "connected", "a candidate before the answer");
        check(isParty(chat, endpoint), "a candidate for somebody outside the call");
        break;
      case "call:end":
      case "call:rejected":
        if (device.rings === callId) device.rings = null;
        break;
    }
  }

  const was = before.chat.call;
  const is = chat.call;
  if (is?.state === "connected") {
    const winner = is.callee.device;
    check(winners[is.callId] === undefined || winners[is.callId] === winner, "two devices won one call");
    if (winner !== null) winners[is.callId] = winner;
  }
  if (was !== null && is?.callId !== was.callId) {
    check(is === null, "a call replaced another one");
    over[was.callId] = before.now;
    const parties = was.state === "connected" ? [was.caller, was.callee] : [was.caller];
    const actor = event.type === "message" ? event.from : null;
    for (const { user, device } of parties) {
      if (user === null || device === null) continue;
      const party = { user, device };
      const told = deliveries.some(({ to, message }) =>
        isSame(to, party) && (message.type === "call:end" || message.type === "call:rejected")
      );
      const connected = devices[indexOf(party)]!.connected;
      check(told || !connected || (actor !== null && isSame(actor, party)), "a side was not told of the end");
    }
  }
  devices.forEach((device, n) => {
    if (device.rings === null) return;
    const { user, device: name } = ENDPOINTS[n]!;
    const rightly = is?.state === "ringing" && is.callId === device.rings && is.calleeUser === user &&
      is.devices.includes(name);
    check(rightly, "a device rings for a call that does not ring");
  });
  return { ...before, chat, devices, winners, over, violations };
}

const isSame = (a: { user: string | null; device?: string | null }, b: Endpoint) =>
  a.user === b.user && a.device === b.device;
const indexOf = (endpoint: Endpoint) => ENDPOINTS.findIndex((other) => isSame(other, endpoint));

function isParty({ call }: ChatCalls, endpoint: Endpoint): boolean {
  return call?.state === "connected" && (isSame(call.caller, endpoint) || isSame(call.callee, endpoint));
}

function withDevice(world: World, index: number, device: Device): World {
  return { ...world, devices: world.devices.map((old, n) => n === index ? device : old) };
}
