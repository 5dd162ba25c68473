/**
 * The arbiter (protocol rule R2): what an event does to the calls of one chat. `advance` is a pure function: state and event
 * in, state and messages to deliver out. It opens no socket, reads no clock and rolls no dice, so tests can walk its states.
 */

import type {
  CallMedia,
  ClientMessages,
  EndReason,
  ErrorCode,
  ServerMessage,
  ServerMessages,
} from "../shared/protocol.ts";
import { type Candidate, withholdAddresses } from "../shared/sdp.ts";

/** A device of a user: what a delivery goes to and a message comes from. */
export interface Endpoint {
  readonly user: string;
  readonly device: string;
}

/** A message to one device, or (no `device`) to all of a user's devices, kept for the next one to come if there is none. */
export interface Delivery {
  readonly to: { readonly user: string; readonly device?: string };
  readonly message: ServerMessage;
}

/** Limits and times, in ms. */
export interface CallRules {
  /** R4: how long a call rings. */
  readonly ringTimeoutMs: number;
  /** R12: how long a dropped socket may take to come back. */
  readonly graceMs: number;
}

/** R6: candidates held for a callee who has not answered. */
export const MAX_HELD_CANDIDATES = 64;
/** R12: messages held for a party whose socket is gone. */
const MAX_HELD_MESSAGES = 128;
/** R7, R11: how long, in ms, and how much a chat remembers of calls that are no more. */
export const MEMORY_MS = 5_000;
const MAX_MEMORIES = 16;

/** One of the two in a call. `awayUntil`: the end of its grace while its socket is gone, else `null`. */
interface Party extends Endpoint {
  readonly name: string;
  readonly awayUntil: number | null;
  readonly held: readonly ServerMessage[];
}

interface CallBase {
  readonly chatId: string;
  readonly callId: string;
  readonly media: CallMedia;
  readonly caller: Party;
  /** R10: the call the callee tried to start at the same moment; messages that name it mean this one. */
  readonly glare: { readonly device: string; readonly callId: string } | null;
}

interface RingingCall extends CallBase {
  readonly state: "ringing";
  readonly calleeUser: string;
  /** Devices of the callee that ring, or will when they are back within their grace. */
  readonly devices: readonly string[];
  /** The offer without addresses, and what was taken out or came later (R6). */
  readonly offer: ClientMessages["call:initiate"]["offer"];
  readonly candidates: readonly (Candidate | null)[];
  /** What the caller last said it sends, for the one who answers. */
  readonly sending: ServerMessages["call:media"] | null;
  /** The caller knows that it rings. */
  readonly announced: boolean;
  readonly expiresAt: number;
}

interface ConnectedCall extends CallBase {
  readonly state: "connected";
  readonly callee: Party;
}

/** A call that is going on. */
export type Call = RingingCall | ConnectedCall;

/** All that one chat knows of its calls. */
export interface ChatCalls {
  readonly call: Call | null;
  /** What is remembered, for `MEMORY_MS`, of calls that are no more; newest last. */
  readonly memory: readonly Memory[];
}

/**
 * R11: a call that is over, or was refused and never rang (only messages that name it can mean that one).
 * R7: a hang-up that came before its call, which only its sender can have meant.
 */
interface Memory {
  readonly was: "over" | "refused" | "withdrawn";
  readonly callId: string;
  readonly user: string;
  readonly at: number;
}

/** A chat nobody has called in. */
export const NO_CALLS: ChatCalls = { call: null, memory: [] };

/** What can happen to a chat's calls. `now` is a monotonic time in ms. */
export type CallEvent =
  | {
    readonly type: "initiate";
    readonly now: number;
    readonly from: Endpoint;
    readonly name: string;
    readonly message: ClientMessages["call:initiate"];
    /** The proposed `callId`, or a new one. */
    readonly callId: string;
    /** Whom to call: `null` where the chat has no other member. */
    readonly callee: string | null;
    /** The callee's devices; one within its grace is there but not connected. */
    readonly devices: readonly { readonly device: string; readonly connected: boolean }[];
    /** In a call in any chat. */
    readonly callerBusy: boolean;
    readonly calleeBusy: boolean;
  }
  | { readonly type: "message"; readonly now: number; readonly from: Sender; readonly message: InCallMessage }
  /** A device's socket opened. `reloaded`: the same device with another document. */
  | { readonly type: "connect"; readonly now: number; readonly from: Endpoint; readonly reloaded: boolean }
  | { readonly type: "drop"; readonly now: number; readonly from: Endpoint }
  | { readonly type: "tick"; readonly now: number };

/** The sender of a message: a device, and its user's name. */
export interface Sender extends Endpoint {
  readonly name: string;
}

/** Client messages about a call, other than the one that starts it. */
export type InCallMessage = Exclude<
  ClientMessages[Extract<keyof ClientMessages, `call:${string}`>],
  ClientMessages["call:initiate"]
>;

/** The new state, and what to deliver, in order. */
export interface Advanced {
  readonly chat: ChatCalls;
  readonly deliveries: readonly Delivery[];
}

/** Applies one event to a chat's calls. Total: never throws, whatever the order of events. */
export function advance(chat: ChatCalls, event: CallEvent, rules: CallRules): Advanced {
  switch (event.type) {
    case "initiate":
      return initiate(forget(chat, event.now), event, rules);
    case "message":
      return inCall(forget(chat, event.now), event);
    case "connect":
      return connect(chat, event);
    case "drop":
      return drop(chat, event, rules);
    case "tick":
      return tick(forget(chat, event.now), event.now);
  }
}

/** When `advance` next wants a `tick`, or `null`: the end of the ringing or of somebody's grace. */
export function nextDeadline({ call }: ChatCalls): number | null {
  if (call === null) return null;
  const times = call.state === "ringing"
    ? [call.expiresAt, call.caller.awayUntil]
    : [call.caller.awayUntil, call.callee.awayUntil];
  const due = times.filter((time) => time !== null);
  return due.length === 0 ? null : Math.min(...due);
}

/** The users a call keeps busy (R9). */
export function usersOf(call: Call): [caller: string, callee: string] {
  return [call.caller.user, call.state === "ringing" ? call.calleeUser : call.callee.user];
}

// --- Starting --------------------------------------------------------------------------------------------------------

function initiate(chat: ChatCalls, event: CallEvent & { type: "initiate" }, rules: CallRules): Advanced {
  const { from, message, callId, callee, now } = event;
  const { call } = chat;
  const { chatId } = message;
  const refused = remember(chat, "refused", from.user, now, callId);
  const refuse = (code: ErrorCode, text: string) => unchanged(refused, error(from, { chatId, callId }, code, text));

  for (const { was, user, callId: known } of chat.memory) {
    if (known !== message.callId) continue;
    if (was !== "withdrawn") return unchanged(chat); // R11: a repeat
    if (user !== from.user) continue;
    return unchanged(refused, to(from, { type: "call:end", chatId, callId, reason: "cancelled" }));
  }
  if (call !== null) {
    if (same(call.caller, from) && (message.callId === undefined || message.callId === call.callId)) {
      return unchanged(chat);
    }
    if (call.state === "ringing" && call.calleeUser === from.user) return glare(chat, call, event);
    return refuse("BUSY", "You are in a call already");
  }
  if (event.callerBusy) return refuse("BUSY", "You are in a call already");
  const callerParty = { ...from, name: event.name };
  const media = message.media ?? "video";
  const missed = (user: string, reason: ServerMessages["call:missed"]["reason"]) =>
    missedCall(user, { chatId, callId, media, caller: callerParty }, reason);
  if (callee !== null && event.calleeBusy) {
    const busy = to(from, { type: "call:rejected", chatId, callId, reason: "busy" });
    return unchanged(refused, busy, missed(callee, "busy"));
  }
  if (callee === null || event.devices.length === 0) {
    const offline = refuse("USER_OFFLINE", "User offline");
    if (callee === null) return offline;
    return { ...offline, deliveries: [...offline.deliveries, missed(callee, "offline")] };
  }

  const { sdp, candidates } = withholdAddresses(message.offer.sdp);
  const connected = event.devices.filter((device) => device.connected);
  const ringing: RingingCall = {
    state: "ringing",
    chatId,
    callId,
    media,
    caller: { ...callerParty, awayUntil: null, held: [] },
    glare: null,
    calleeUser: callee,
    devices: event.devices.map(({ device }) => device),
    offer: { type: "offer", sdp },
    candidates: candidates.slice(0, MAX_HELD_CANDIDATES),
    sending: null,
    announced: connected.length > 0,
    expiresAt: now + rules.ringTimeoutMs,
  };
  const offers = connected.map(({ device }) => offerTo(ringing, device, now));
  return withCall(chat, ringing, ...offers, ...(ringing.announced ? [ringingTo(ringing, now)] : []));
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

/** Gives the offer to one more device of the callee, and tells the caller if it is the first. */
function ring(chat: ChatCalls, device: string, now: number): Advanced {
  const call = chat.call as RingingCall;
  const devices = call.devices.includes(device) ? call.devices : [...call.devices, device];
  const rung: RingingCall = { ...call, devices, announced: true };
  return withCall(
    chat,
    rung,
    offerTo(rung, device, now),
    ...(call.announced || call.caller.awayUntil !== null ? [] : [ringingTo(rung, now)]),
  );
}

function offerTo(call: RingingCall, device: string, now: number): Delivery {
  return to({ user: call.calleeUser, device }, {
    type: "call:offer",
    chatId: call.chatId,
    callId: call.callId,
    callerId: call.caller.user,
    callerName: call.caller.name,
    offer: call.offer,
    media: call.media,
    expiresInMs: remaining(call, now),
    ...(call.glare?.device === device ? { glare: true } : {}),
  });
}

function ringingTo(call: RingingCall, now: number): Delivery {
  const { chatId, callId } = call;
  return to(call.caller, { type: "call:ringing", chatId, callId, expiresInMs: remaining(call, now) });
}

// --- Messages in a call ----------------------------------------------------------------------------------------------

function inCall(chat: ChatCalls, event: CallEvent & { type: "message" }): Advanced {
  const { from, message, now } = event;
  const { call } = chat;
  const named = message.callId;
  if (call !== null && (named === undefined || named === call.callId || namesGlare(call, from, named))) {
    return call.state === "ringing" ? whileRinging(chat, call, event) : whileConnected(chat, call, event);
  }
  if (message.type === "call:resume") return noCall(chat, from, message); // whoever asks must learn that it is over
  const isRepeat = ({ was, user, callId }: Memory) =>
    named === undefined ? was === "over" : named === callId && (was !== "withdrawn" || user === from.user);
  if (chat.memory.some(isRepeat)) return unchanged(chat);
  if (message.type === "call:end" && named !== undefined) {
    return unchanged(remember(chat, "withdrawn", from.user, now, named));
  }
  return noCall(chat, from, message);
}

function namesGlare(call: Call, from: Endpoint, callId: string): boolean {
  return call.glare !== null && call.glare.callId === callId && usersOf(call)[1] === from.user;
}

function whileRinging(chat: ChatCalls, call: RingingCall, event: CallEvent & { type: "message" }): Advanced {
  const { from, message, now } = event;
  const { chatId, callId } = call;
  const isCaller = same(call.caller, from);
  const isCallee = call.calleeUser === from.user;
  if (!isCaller && !isCallee) return noCall(chat, from, message);

  switch (message.type) {
    case "call:answer":
      return isCallee ? answer(chat, call, from, message) : noCall(chat, from, message);
    case "call:ice-candidate":
      // R6: the caller's wait for the answer; those of a device that has not answered go nowhere.
      if (!isCaller || call.candidates.length >= MAX_HELD_CANDIDATES) return unchanged(chat);
      return withCall(chat, { ...call, candidates: [...call.candidates, message.candidate] });
    case "call:media":
      if (!isCaller) return noCall(chat, from, message);
      return withCall(chat, { ...call, sending: { ...message, chatId, callId } });
    case "call:reject":
      return isCallee ? reject(chat, call, from, message.reason ?? "declined", now) : noCall(chat, from, message);
    case "call:end":
      if (isCallee) return reject(chat, call, from, "declined", now);
      return over(chat, call, now, ...endRinging(call, call.devices, "cancelled"), missedBy(call, "cancelled"));
    case "call:resume":
      return unchanged(chat, stateTo(call, from, now));
    case "call:negotiate":
      return noCall(chat, from, message);
  }
}

/** R5: the first answer wins. */
function answer(
  chat: ChatCalls,
  call: RingingCall,
  from: Sender,
  { answer }: ClientMessages["call:answer"],
): Advanced {
  const { chatId, callId, media, caller, glare } = call;
  const callee: Party = { user: from.user, device: from.device, name: from.name, awayUntil: null, held: [] };
  const connected: ConnectedCall = { state: "connected", chatId, callId, media, caller, glare, callee };
  const others = endRinging(call, call.devices.filter((device) => device !== from.device), "answered-elsewhere");
  const candidates = call.candidates.map((candidate) =>
    to(from, { type: "call:ice-candidate", chatId, callId, candidate })
  );
  const sending = call.sending === null ? [] : [to(from, call.sending)];
  const answered = post(chat, connected, "caller", { type: "call:answer", chatId, callId, answer });
  return { chat: answered.chat, deliveries: [...answered.deliveries, ...others, ...candidates, ...sending] };
}

/** R8: the caller learns it, and the callee's other devices stop. */
function reject(
  chat: ChatCalls,
  call: RingingCall,
  from: Endpoint,
  reason: "declined" | "busy",
  now: number,
): Advanced {
  const { chatId, callId } = call;
  const others = endRinging(call, call.devices.filter((device) => device !== from.device), "rejected-elsewhere");
  return over(
    chat,
    call,
    now,
    to(call.caller, { type: "call:rejected", chatId, callId, reason }),
    ...others,
    ...(reason === "busy" ? [missedBy(call, "busy")] : []),
  );
}

function whileConnected(chat: ChatCalls, call: ConnectedCall, event: CallEvent & { type: "message" }): Advanced {
  const { from, message, now } = event;
  const { chatId, callId } = call;
  const side = sideOf(call, from);
  if (side === null) {
    if (from.user !== call.callee.user) return noCall(chat, from, message);
    switch (message.type) {
      case "call:answer": // R5: too late, and no error
        return unchanged(chat, to(from, { type: "call:end", chatId, callId, reason: "answered-elsewhere" }));
      case "call:ice-candidate": // R6
      case "call:reject": // it crossed the answer; this device was told
        return unchanged(chat);
      default:
        return noCall(chat, from, message);
    }
  }
  const other = side === "caller" ? "callee" : "caller";
  switch (message.type) {
    case "call:answer":
      return side === "callee" ? unchanged(chat) : noCall(chat, from, message); // R11
    case "call:reject":
      return noCall(chat, from, message);
    case "call:ice-candidate":
    case "call:negotiate":
    case "call:media":
      return post(chat, call, other, { ...message, chatId, callId });
    case "call:end":
      return over(
        chat,
        call,
        now,
        to(call[other], { type: "call:end", chatId, callId, reason: message.reason ?? "hangup" }),
      );
    case "call:resume":
      return unchanged(chat, stateTo(call, from, now));
  }
}

// --- Sockets that come and go (R12, R13) and time ---------------------------------------------------------------------

function connect(chat: ChatCalls, { from, reloaded, now }: CallEvent & { type: "connect" }): Advanced {
  const { call } = chat;
  if (call === null) return unchanged(chat);
  if (call.state === "ringing" && call.calleeUser === from.user) return ring(chat, from.device, now);
  const side = call.state === "ringing" ? (same(call.caller, from) ? "caller" : null) : sideOf(call, from);
  if (side === null) return unchanged(chat);
  const party = partyOf(call, side);
  const back = withParty(call, side, { ...party, awayUntil: null, held: [] });
  // What was held was meant for a peer connection that a reload has taken away.
  const held = reloaded ? [] : party.held.map((message) => to(from, message));
  const { chatId, callId } = call;
  const news = call.state === "connected" && (party.awayUntil !== null || reloaded)
    ? post(chat, back, side === "caller" ? "callee" : "caller", {
      type: "call:peer",
      chatId,
      callId,
      state: reloaded ? "reloaded" : "back",
    })
    : withCall(chat, back);
  return { chat: news.chat, deliveries: [stateTo(call, from, now), ...held, ...news.deliveries] };
}

function drop(chat: ChatCalls, { from, now }: CallEvent & { type: "drop" }, rules: CallRules): Advanced {
  const { call } = chat;
  if (call === null) return unchanged(chat);
  const side = call.state === "ringing" ? (same(call.caller, from) ? "caller" : null) : sideOf(call, from);
  if (side === null) return unchanged(chat);
  const away = withParty(call, side, { ...partyOf(call, side), awayUntil: now + rules.graceMs });
  if (away.state === "ringing") return withCall(chat, away);
  const { chatId, callId } = call;
  return post(chat, away, side === "caller" ? "callee" : "caller", {
    type: "call:peer",
    chatId,
    callId,
    state: "reconnecting",
  });
}

function tick(chat: ChatCalls, now: number): Advanced {
  const { call } = chat;
  if (call === null) return unchanged(chat);
  const gone = (party: Party) => party.awayUntil !== null && party.awayUntil <= now;
  const { chatId, callId } = call;
  if (call.state === "connected") {
    if (!gone(call.caller) && !gone(call.callee)) return unchanged(chat);
    const lost = { type: "call:end", chatId, callId, reason: "connection-lost" } as const;
    return over(chat, call, now, to(call.caller, lost), to(call.callee, lost));
  }
  if (call.expiresAt <= now) {
    const timeout = to(call.caller, { type: "call:end", chatId, callId, reason: "timeout" });
    return over(chat, call, now, timeout, ...endRinging(call, call.devices, "timeout"), missedBy(call, "timeout"));
  }
  if (!gone(call.caller)) return unchanged(chat);
  return over(chat, call, now, ...endRinging(call, call.devices, "cancelled"), missedBy(call, "cancelled"));
}

// --- Small parts -----------------------------------------------------------------------------------------------------

const same = (a: Endpoint, b: Endpoint) => a.user === b.user && a.device === b.device;
const remaining = (call: RingingCall, now: number) => Math.max(0, Math.ceil(call.expiresAt - now));
const unchanged = (chat: ChatCalls, ...deliveries: Delivery[]): Advanced => ({ chat, deliveries });
const withCall = (chat: ChatCalls, call: Call, ...deliveries: Delivery[]): Advanced => ({
  chat: { ...chat, call },
  deliveries,
});

function to({ user, device }: Endpoint, message: ServerMessage): Delivery {
  return { to: { user, device }, message };
}

type Side = "caller" | "callee";

function sideOf(call: ConnectedCall, from: Endpoint): Side | null {
  if (same(call.caller, from)) return "caller";
  return same(call.callee, from) ? "callee" : null;
}

function partyOf(call: Call, side: Side): Party {
  return side === "caller" ? call.caller : (call as ConnectedCall).callee;
}

function withParty<C extends Call>(call: C, side: Side, party: Party): C {
  return { ...call, [side]: party };
}

/** Delivers to a side of a connected call, or holds it while that side's socket is gone (R12). */
function post<C extends Call>(chat: ChatCalls, call: C, side: Side, message: ServerMessage): Advanced {
  const party = partyOf(call, side);
  if (party.awayUntil === null) return withCall(chat, call, to(party, message));
  const held = [...party.held, message].slice(0, MAX_HELD_MESSAGES);
  return withCall(chat, withParty(call, side, { ...party, held }));
}

function over(chat: ChatCalls, call: Call, now: number, ...deliveries: Delivery[]): Advanced {
  const callIds = call.glare === null ? [call.callId] : [call.callId, call.glare.callId];
  const remembered = remember(chat, "over", call.caller.user, now, ...callIds);
  return { chat: { ...remembered, call: null }, deliveries };
}

function remember(
  chat: ChatCalls,
  was: Memory["was"],
  user: string,
  at: number,
  ...callIds: string[]
): ChatCalls {
  const memory = [...chat.memory, ...callIds.map((callId) => ({ was, callId, user, at }))];
  return { ...chat, memory: memory.slice(-MAX_MEMORIES) };
}

function endRinging(call: RingingCall, devices: readonly string[], reason: EndReason): Delivery[] {
  const { chatId, callId, calleeUser } = call;
  return devices.map((device) => to({ user: calleeUser, device }, { type: "call:end", chatId, callId, reason }));
}

type Reason = ServerMessages["call:missed"]["reason"];

function missedBy(call: RingingCall, reason: Reason): Delivery {
  return missedCall(call.calleeUser, call, reason);
}

function missedCall(
  user: string,
  { chatId, callId, media, caller }: Pick<Call, "chatId" | "callId" | "media"> & { caller: Sender },
  reason: Reason,
): Delivery {
  return {
    to: { user },
    message: { type: "call:missed", chatId, callId, callerId: caller.user, callerName: caller.name, media, reason },
  };
}

function stateTo(call: Call, from: Endpoint, now: number): Delivery {
  const { chatId, callId, media, state } = call;
  const role = same(call.caller, from) ? "caller" : "callee";
  const expires = call.state === "ringing" ? { expiresInMs: remaining(call, now) } : {};
  return to(from, { type: "call:state", chatId, callId, state, role, media, ...expires });
}

function error(
  from: Endpoint,
  { chatId, callId }: { chatId: string; callId?: string | undefined },
  code: ErrorCode,
  message: string,
): Delivery {
  return to(from, { type: "call:error", code, message, chatId, ...(callId === undefined ? {} : { callId }) });
}

function noCall(chat: ChatCalls, from: Endpoint, message: InCallMessage): Advanced {
  return unchanged(chat, error(from, message, "NO_CALL", "There is no such call"));
}

/** Drops memories that are too old. */
function forget(chat: ChatCalls, now: number): ChatCalls {
  const memory = chat.memory.filter(({ at }) => now - at < MEMORY_MS);
  return memory.length === chat.memory.length ? chat : { ...chat, memory };
}
