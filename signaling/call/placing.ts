/** A call that is placed, or not: rules R3, R7 and R9 to R11. */

import type { ClientMessages } from "../../shared/protocol/client_messages.ts";
import type { ErrorCode } from "../../shared/protocol/errors.ts";
import { withholdAddresses } from "../../shared/protocol/sdp.ts";
import { offerTo, ring } from "./ring.ts";
import {
  type Advanced,
  type Call,
  type CallEvent,
  type CallRules,
  type ChatCalls,
  type RingingCall,
  same,
  sideOf,
  usersOf,
} from "./state.ts";
import type { Endpoint } from "./parties.ts";
import { error, holdCandidate, remember, senderOf, to, unchanged, withCall, withFacts } from "./steps.ts";

/** R3, R9, R10: somebody places a call. */
export function initiate(chat: ChatCalls, event: CallEvent & { type: "initiate" }, rules: CallRules): Advanced {
  const { from, message, callId, callee, now } = event;
  const { call } = chat;
  const { chatId } = message;
  const refused = remember(chat, "refused", from.user, now, callId);
  const refuse = (code: ErrorCode, text: string) => unchanged(refused, error(from, { chatId, callId }, code, text));

  const known = chat.memory.filter((memory) => memory.callId === message.callId);
  if (known.some(({ was, user }) => was === "withdrawn" && user === from.user)) {
    return unchanged(refused, to(from, { type: "call:end", chatId, callId, reason: "cancelled" }));
  }
  if (known.some(({ was }) => was !== "withdrawn")) return unchanged(chat); // R11: a repeat
  if (call !== null) {
    if (isRepeat(call, from, message.callId)) return unchanged(chat);
    const isGlare = call.state === "ringing" && call.calleeUser === from.user && call.caller.user === callee;
    if (isGlare) return glare(chat, call, event);
    if (usersOf(call).includes(from.user)) return refuse("BUSY", "You are in a call already");
    const calleeTalks = callee !== null && usersOf(call).includes(callee);
    if (!calleeTalks) return refuse("UNAVAILABLE", "There is a call in this chat already");
  }
  if (event.callerBusy) return refuse("BUSY", "You are in a call already");
  const caller = senderOf({ ...from, name: event.name });
  const media = message.media ?? "video";
  if (callee === null) return refuse("USER_OFFLINE", "User offline");
  const placing = { call: { chatId, callId, media }, caller, callee };
  const isBusy = event.calleeBusy || call !== null;
  if (isBusy || event.devices.length === 0 && !event.push) {
    const told = isBusy
      ? unchanged(refused, to(from, { type: "call:rejected", chatId, callId, reason: "busy" }))
      : refuse("USER_OFFLINE", "User offline");
    const reason = isBusy ? "busy" : "offline";
    const { calleeName } = event;
    const unreachable = { type: "unreachable", ...placing, calleeName, reason } as const;
    return withFacts(told, unreachable, { type: "missed", ...placing, reason });
  }

  const { sdp, candidates } = withholdAddresses(message.offer.sdp);
  const connected = event.devices.filter((device) => device.connected);
  const ringing: RingingCall = {
    state: "ringing",
    chatId,
    callId,
    media,
    caller: { ...caller, awayUntil: null, held: [], reloaded: false },
    glare: null,
    calleeUser: callee,
    devices: event.devices.map(({ device }) => device),
    absent: event.devices.filter((device) => !device.connected).map(({ device }) => device),
    failure: null,
    offer: { type: "offer", sdp },
    candidates: candidates.reduce(holdCandidate, []),
    sending: null,
    acknowledged: false,
    expiresAt: now + rules.ringTimeoutMs,
  };
  const offers = connected.map(({ device }) => offerTo(ringing, device, now));
  return withFacts(withCall(chat, ringing, ...offers), { type: "placed", ...placing, calleeName: event.calleeName });
}

/** R11: the call that is going on was started by this, or was to be (R10). */
function isRepeat(call: Call, from: Endpoint, callId: string | undefined): boolean {
  if (same(call.caller, from)) return callId === undefined || callId === call.callId;
  const isGlare = call.glare?.device === from.device && usersOf(call)[1] === from.user;
  return isGlare && callId === call.glare.callId;
}

/** What opens a device's side of a call. */
type Opening = ClientMessages["call:initiate" | "call:answer"];

/** R11: whether a device has opened its side of the call that stands already, and a message that opens one is a repeat. */
export function hasOpened(call: Call | null, from: Endpoint, { type, callId }: Opening): boolean {
  if (call === null) return false;
  if (type === "call:initiate") return isRepeat(call, from, callId);
  if (call.state === "ringing" || sideOf(call, from) !== "callee") return false;
  return callId === undefined || callId === call.callId || namesGlare(call, from, callId);
}

/** R10: the callee called at the same moment. The first call stands, and the second initiator is told to answer it. */
function glare(chat: ChatCalls, call: RingingCall, event: CallEvent & { type: "initiate" }): Advanced {
  const { device } = event.from;
  if (call.glare !== null) {
    // A repeat by the same device; from another device of the callee it is a second call.
    if (call.glare.device === device) return unchanged(chat);
    const busy = error(event.from, { chatId: call.chatId, callId: event.callId }, "BUSY", "You are in a call already");
    return unchanged(remember(chat, "refused", event.from.user, event.now, event.callId), busy);
  }
  return ring({ ...chat, call: { ...call, glare: { device, callId: event.callId } } }, device, event.now);
}

/** R10: the callee may name the call that they placed at the same moment. */
export function namesGlare(call: Call, from: Endpoint, callId: string): boolean {
  return call.glare !== null && call.glare.callId === callId && usersOf(call)[1] === from.user;
}
