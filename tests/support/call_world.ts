/** A chat with two users of two devices each, and the steps they take in it, each checked by the invariants. */

import { advance, nextDeadline } from "../../signaling/call/advance.ts";
import { type InCallMessage, MEMORY_MS } from "../../signaling/call/state.ts";
import { checkRepeat, inspect } from "./call_invariants.ts";
import {
  type Advance,
  type Device,
  ENDPOINTS,
  isPresent,
  LEAVING_GRACE_MS,
  NEVER,
  RULES,
  type Side,
  SIDES,
  START,
  type World,
  type WorldEvent,
} from "./call_view.ts";

export { type Advance, CALL_IDS, ENDPOINTS, RULES, START, type World } from "./call_view.ts";

/** In a step: the id the server gave last. */
export const GIVEN = "given";

const CHAT = "chat";
const SDP = "v=0\r\nm=audio 9 RTP/AVP 0";

/** Something a device, a socket or the clock does. */
export type Step =
  /** `busy`: one of the two is in a call in another chat. */
  | { readonly do: "initiate"; readonly from: number; readonly callId: string | null; readonly busy?: Side }
  | {
    readonly do: "rings" | "answer" | "reject" | "candidate" | "end" | "fail" | "negotiate" | "media";
    readonly from: number;
    readonly callId: string | null;
  }
  | {
    readonly do: "resume";
    readonly from: number;
    readonly callId: string;
    readonly role: Side;
    readonly busy?: boolean;
    /** The server has been up for so long that it cannot have lost the call. */
    readonly tooLate?: boolean;
  }
  /** `leave`: the page says that it goes, and its socket drops. */
  | { readonly do: "drop" | "leave" | "connect" | "reload"; readonly from: number }
  /** The server forgets everything, and every socket drops. */
  | { readonly do: "restart" }
  /** The server says that it leaves; what it says of calls then is the last of it. */
  | { readonly do: "shutdown" }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "deadline" }
  /** A deadline passes, and its timer is late. */
  | { readonly do: "late" };

/** Applies a step and checks what came of it. Returns the same world where the step is not possible in it. */
export function step(world: World, next: Step, apply: Advance = advance): World {
  const moved = prepare(world, next);
  if (moved === null || next.do === "late") return moved ?? world;
  const event = eventOf(moved, next);
  const result = apply(moved.chat, event, RULES);
  const after = inspect(moved, event, result);
  return result.chat === moved.chat ? after : checkRepeat(after, event, result, apply);
}

/** Lets time pass until nothing is due any more, as if nobody did anything. */
export function settle(world: World, apply: Advance = advance): World {
  for (let guard = 0; guard < 10; guard++) {
    if (nextDeadline(world.chat) === null) {
      const { call } = world.chat;
      const stands = call === null || call.state === "connected" && SIDES.every((side) => isPresent(world, call[side]));
      return stands ? world : { ...world, violations: [...world.violations, "a call neither ends nor is connected"] };
    }
    world = step(world, { do: "deadline" }, apply);
  }
  return { ...world, violations: [...world.violations, "deadlines never end"] };
}

// --- From steps to events --------------------------------------------------------------------------------------------

function prepare(world: World, next: Step): World | null {
  switch (next.do) {
    case "wait":
      return later(world, world.now + next.ms);
    case "deadline":
    case "late": {
      const due = nextDeadline(world.chat);
      return due === null ? null : later(world, Math.max(world.now, due));
    }
    case "restart":
      return {
        ...START,
        now: world.now,
        ids: world.ids,
        seq: world.seq,
        devices: ENDPOINTS.map(() => ({ away: NEVER, rings: null })),
      };
    case "drop":
    case "leave": {
      const spentMs = RULES.graceMs - graceOf(next);
      return world.devices[next.from]!.away === null
        ? withDevice(world, next.from, { away: world.now - spentMs, rings: null })
        : null;
    }
    case "connect":
    case "reload":
    case "shutdown":
      return world;
    default:
      if (world.devices[next.from]!.away !== null || next.callId === GIVEN && world.ids === 0) return null;
      return {
        ...world,
        seq: world.seq + 1,
        ids: world.ids + (next.do === "initiate" && next.callId === null ? 1 : 0),
      };
  }
}

/** The world at a later time, without what nobody has to remember any more. */
function later(world: World, now: number): World {
  const recent = (times: World["over"]) =>
    Object.fromEntries(Object.entries(times).filter(([, at]) => now - at < MEMORY_MS));
  return { ...world, now, over: recent(world.over), withdrawn: recent(world.withdrawn) };
}

function eventOf(world: World, next: Exclude<Step, { do: "late" }>): WorldEvent {
  const { now, devices } = world;
  if (next.do === "shutdown") return { type: "shutdown", now };
  if (next.do === "wait" || next.do === "deadline" || next.do === "restart") return { type: "tick", now };
  const from = ENDPOINTS[next.from]!;
  const sender = { ...from, name: from.user };
  const callId = "callId" in next && (next.callId === GIVEN ? `given-${world.ids}` : next.callId) || null;
  const about = { chatId: CHAT, ...(callId ? { callId } : {}) };
  switch (next.do) {
    case "drop":
    case "leave":
      return { type: "drop", now, from, graceMs: graceOf(next) };
    case "connect":
    case "reload":
      // A device the server has forgotten is a new one, whatever its page.
      return { type: "connect", now, from, reloaded: next.do === "reload" && isKnown(devices[next.from]!, now) };
    case "resume": {
      const message = { type: "call:resume" as const, chatId: CHAT, callId: callId!, role: next.role };
      return { type: "resume", now, from: sender, message, busy: next.busy ?? false, isRecovering: !next.tooLate };
    }
    case "initiate": {
      const callee = from.user === "ann" ? "bob" : "ann";
      const known = ENDPOINTS.map((endpoint, n) => ({ ...endpoint, ...devices[n]! }))
        .filter((device) => device.user === callee && isKnown(device, now));
      return {
        type: "initiate",
        now,
        from,
        name: from.user,
        callId: callId ?? `given-${world.ids}`,
        message: { type: "call:initiate", ...about, offer: { type: "offer", sdp: SDP } },
        callee,
        calleeName: callee,
        devices: known.map(({ device, away }) => ({ device, connected: away === null })),
        callerBusy: next.busy === "caller",
        calleeBusy: next.busy === "callee",
      };
    }
    default:
      return { type: "message", now, from: sender, message: inCall(next.do, about, world.seq) };
  }
}

/** Messages that are relayed carry a number, so that none is lost or overtaken unseen. */
function inCall(
  action: "rings" | "answer" | "reject" | "candidate" | "end" | "fail" | "negotiate" | "media",
  about: { chatId: string; callId?: string },
  seq: number,
): InCallMessage {
  switch (action) {
    case "rings":
      return { type: "call:ringing", chatId: about.chatId, callId: about.callId! };
    case "answer":
      return { type: "call:answer", ...about, answer: { type: "answer", sdp: SDP } };
    case "candidate": {
      const candidate = `candidate:1 1 udp 1 192.0.2.1 ${seq} typ host`;
      return { type: "call:ice-candidate", ...about, candidate: { candidate, sdpMid: "0" } };
    }
    case "reject":
      return { type: "call:reject", ...about };
    case "end":
      return { type: "call:end", ...about };
    case "fail":
      return { type: "call:end", ...about, reason: "incompatible" };
    case "negotiate":
      return { type: "call:negotiate", ...about, description: { type: "offer", sdp: `${SDP} ${seq}` } };
    case "media":
      return { type: "call:media", ...about, audio: seq % 2 === 1, video: seq % 4 > 1, screen: false };
  }
}

const graceOf = (next: Step) => next.do === "leave" ? LEAVING_GRACE_MS : RULES.graceMs;

const isKnown = ({ away }: Device, now: number) => away === null || now - away < RULES.graceMs;

function withDevice(world: World, index: number, device: Device): World {
  return { ...world, devices: world.devices.map((old, n) => n === index ? device : old) };
}
