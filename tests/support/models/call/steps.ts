/** A chat with two users of two devices each, and the steps they take in it, each checked by the invariants. */

import { advance, nextDeadline } from "../../../../signaling/call/advance.ts";
import { type InCallMessage, MEMORY_MS } from "../../../../signaling/call/state.ts";
import { checkRepeat, inspect } from "./invariants.ts";
import {
  type Advance,
  type Device,
  ENDPOINTS,
  isPresent,
  LEAVING_GRACE_MS,
  type Model,
  type ModelEvent,
  NEVER,
  RULES,
  type Side,
  SIDES,
  START,
} from "./model.ts";

export { type Advance, CALL_IDS, ENDPOINTS, type Model, RULES, START } from "./model.ts";

/** In a step: the id the server gave last. */
export const GIVEN = "given";

const CHAT = "chat";
const SDP = "v=0\r\nm=audio 9 RTP/AVP 0";

/** Something a device, a socket or the clock does. */
export type Step =
  /** `busy`: one of the two is in a call in another chat. */
  | {
    readonly do: "initiate";
    readonly from: number;
    readonly callId: string | null;
    readonly busy?: Side;
    readonly push?: boolean;
  }
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
  /** R21: nobody was reached by push; or somebody declines from a notification. */
  | { readonly do: "unreached"; readonly callId: string }
  | { readonly do: "decline"; readonly callId: string; readonly user: string }
  /** The server forgets everything, and every socket drops. */
  | { readonly do: "restart" }
  /** The server says that it leaves; what it says of calls then is the last of it. */
  | { readonly do: "shutdown" }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "deadline" }
  /** A deadline passes, and its timer is late. */
  | { readonly do: "late" };

/** Applies a step and checks what came of it. Returns the same model where the step is not possible in it. */
export function step(model: Model, next: Step, apply: Advance = advance): Model {
  const moved = prepare(model, next);
  if (moved === null || next.do === "late") return moved ?? model;
  const event = eventOf(moved, next);
  const result = apply(moved.chat, event, RULES);
  const after = inspect(moved, event, result);
  return result.chat === moved.chat ? after : checkRepeat(after, event, result, apply);
}

/** Lets time pass until nothing is due any more, as if nobody did anything. */
export function settle(model: Model, apply: Advance = advance): Model {
  for (let guard = 0; guard < 10; guard++) {
    if (nextDeadline(model.chat) === null) {
      const { call } = model.chat;
      const stands = call === null || call.state === "connected" && SIDES.every((side) => isPresent(model, call[side]));
      return stands ? model : { ...model, violations: [...model.violations, "a call neither ends nor is connected"] };
    }
    model = step(model, { do: "deadline" }, apply);
  }
  return { ...model, violations: [...model.violations, "deadlines never end"] };
}

// --- From steps to events --------------------------------------------------------------------------------------------

function prepare(model: Model, next: Step): Model | null {
  switch (next.do) {
    case "wait":
      return later(model, model.now + next.ms);
    case "deadline":
    case "late": {
      const due = nextDeadline(model.chat);
      return due === null ? null : later(model, Math.max(model.now, due));
    }
    case "restart":
      return {
        ...START,
        now: model.now,
        ids: model.ids,
        seq: model.seq,
        devices: ENDPOINTS.map(() => ({ away: NEVER, rings: null })),
      };
    case "drop":
    case "leave": {
      const spentMs = RULES.graceMs - graceOf(next);
      return model.devices[next.from]!.away === null
        ? withDevice(model, next.from, { away: model.now - spentMs, rings: null })
        : null;
    }
    case "connect":
    case "reload":
    case "shutdown":
      return model;
    case "unreached":
    case "decline":
      return next.callId === GIVEN && model.ids === 0 ? null : model;
    default:
      if (model.devices[next.from]!.away !== null || next.callId === GIVEN && model.ids === 0) return null;
      return {
        ...model,
        seq: model.seq + 1,
        ids: model.ids + (next.do === "initiate" && next.callId === null ? 1 : 0),
      };
  }
}

/** The model at a later time, without what nobody has to remember any more. */
function later(model: Model, now: number): Model {
  const recent = (times: Model["over"]) =>
    Object.fromEntries(Object.entries(times).filter(([, at]) => now - at < MEMORY_MS));
  return { ...model, now, over: recent(model.over), withdrawn: recent(model.withdrawn) };
}

function eventOf(model: Model, next: Exclude<Step, { do: "late" }>): ModelEvent {
  const { now, devices } = model;
  if (next.do === "shutdown") return { type: "shutdown", now };
  if (next.do === "wait" || next.do === "deadline" || next.do === "restart") return { type: "tick", now };
  if (next.do === "unreached" || next.do === "decline") {
    const { callId } = next;
    const about = { now, callId: callId === GIVEN ? `given-${model.ids}` : callId };
    return next.do === "unreached" ? { type: next.do, ...about } : { type: next.do, ...about, user: next.user };
  }
  const from = ENDPOINTS[next.from]!;
  const sender = { ...from, name: from.user };
  const callId = "callId" in next && (next.callId === GIVEN ? `given-${model.ids}` : next.callId) || null;
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
        callId: callId ?? `given-${model.ids}`,
        message: { type: "call:initiate", ...about, offer: { type: "offer", sdp: SDP } },
        callee,
        calleeName: callee,
        devices: known.map(({ device, away }) => ({ device, connected: away === null })),
        callerBusy: next.busy === "caller",
        calleeBusy: next.busy === "callee",
        push: next.push ?? false,
      };
    }
    default:
      return { type: "message", now, from: sender, message: inCall(next.do, about, model.seq) };
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

function withDevice(model: Model, index: number, device: Device): Model {
  return { ...model, devices: model.devices.map((old, n) => n === index ? device : old) };
}
