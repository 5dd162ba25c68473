/** What the arbiter keeps of a chat's calls, what happens to them, and what that comes to. */

import type { ClientMessages } from "../../shared/protocol/client_messages.ts";
import type { CallMedia, FailureReason } from "../../shared/protocol/formats.ts";
import type { DeviceCall, ServerMessage, ServerMessages } from "../../shared/protocol/server_messages.ts";
import type { Candidate } from "../../shared/protocol/candidate.ts";
import type { Fact } from "./facts.ts";
import type { Endpoint, Sender, Side } from "./parties.ts";

/** A message to one device. */
export interface Delivery {
  readonly to: Endpoint;
  readonly message: ServerMessage;
}

/** Limits and times, in ms. */
export interface CallRules {
  /** R4: how long a call rings. */
  readonly ringTimeoutMs: number;
  /** R14: how long the other side of a call that outlived the server may take to resume it. */
  readonly graceMs: number;
}

/** R6: candidates held for a callee who has not answered; of more than that, the best. */
export const MAX_HELD_CANDIDATES = 64;
/** R12: messages held for a party whose socket is gone; candidates make room for others. */
export const MAX_HELD_MESSAGES = 128;
/** R7, R11: how long, in ms, and how much a chat remembers of calls that are no more. */
export const MEMORY_MS = 5_000;

/** One of the two in a call. */
export interface Party {
  /** `null`, as is `device`: this side of a call that outlived the server has not resumed yet (R14). */
  readonly user: string | null;
  readonly device: string | null;
  readonly name: string;
  /** The end of its grace while its socket is gone, else `null`. */
  readonly awayUntil: number | null;
  /** R12: what it is given when it is back. */
  readonly held: readonly ServerMessage[];
}

/** The caller of a call that rings: always known. */
interface Caller extends Party, Endpoint {
  readonly user: string;
  readonly device: string;
  /** R13: its page was reloaded, and the offer's peer connection is gone with it. */
  readonly reloaded: boolean;
}

interface CallBase {
  readonly chatId: string;
  readonly callId: string;
  readonly media: CallMedia;
  /** R10: the call the callee tried to start at the same moment; messages that name it mean this one. */
  readonly glare: { readonly device: string; readonly callId: string } | null;
}

export interface RingingCall extends CallBase {
  readonly state: "ringing";
  readonly caller: Caller;
  readonly calleeUser: string;
  /** Devices of the callee that ring, or will when they are back within their grace. */
  readonly devices: readonly string[];
  /** Those of `devices` whose socket is gone. */
  readonly absent: readonly string[];
  /** R8: why the last device that was there could not take the call, as long as none has rung since. */
  readonly failure: FailureReason | null;
  /** The offer without addresses, and what was taken out or came later (R6). */
  readonly offer: ClientMessages["call:initiate"]["offer"];
  readonly candidates: readonly (Candidate | null)[];
  /** What the caller last said it sends, for the one who answers. */
  readonly sending: ServerMessages["call:media"] | null;
  /** R3: a device of the callee has said that it rings. */
  readonly acknowledged: boolean;
  readonly expiresAt: number;
}

export interface ConnectedCall extends CallBase {
  readonly state: "connected";
  readonly caller: Party;
  readonly callee: Party;
  /**
   * The answer and what followed it to the caller, until the caller has said something since: its socket may have been dead
   * already, so it may ask for this again (`call:resume`).
   */
  readonly unheard: readonly ServerMessage[];
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
export interface Memory {
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
    readonly calleeName: string;
    /** The callee's devices; one within its grace is there but not connected. */
    readonly devices: readonly { readonly device: string; readonly connected: boolean }[];
    /** In a call in any chat. */
    readonly callerBusy: boolean;
    readonly calleeBusy: boolean;
    /** R21: a callee without devices may be reached by push, so the call rings until it is known that they are not. */
    readonly push: boolean;
  }
  /** R21: the callee has no push subscription that took this call. */
  | { readonly type: "unreached"; readonly now: number; readonly callId: string }
  /** R21: the callee declined the call where no page of theirs is open: from a notification. */
  | { readonly type: "decline"; readonly now: number; readonly user: string; readonly callId: string }
  /** A device that reconnected asks whether its call still stands. `busy`: its user is in a call in another chat. */
  | {
    readonly type: "resume";
    readonly now: number;
    readonly from: Sender;
    readonly message: ClientMessages["call:resume"];
    readonly busy: boolean;
    /** The server started a short while ago, and may have lost calls that go on. */
    readonly isRecovering: boolean;
  }
  | { readonly type: "message"; readonly now: number; readonly from: Sender; readonly message: InCallMessage }
  /** A device's socket opened. `reloaded`: the same device with another document. */
  | { readonly type: "connect"; readonly now: number; readonly from: Endpoint; readonly reloaded: boolean }
  /** A device's socket is gone. `graceMs`: how long it may take to come back (R12). */
  | { readonly type: "drop"; readonly now: number; readonly from: Endpoint; readonly graceMs: number }
  /** A user is no member of the chat any more. */
  | { readonly type: "leave"; readonly now: number; readonly user: string }
  /** R19: the server leaves. */
  | { readonly type: "shutdown"; readonly now: number }
  | { readonly type: "tick"; readonly now: number };

/** Client messages about a call, other than those that start or resume it, or tell of it afterwards. */
export type InCallMessage = Exclude<
  ClientMessages[Extract<keyof ClientMessages, `call:${string}`>],
  ClientMessages["call:initiate" | "call:resume" | "call:receipt" | "call:missed-seen"]
>;

/** The new state, what to deliver and what happened, in order. */
export interface Advanced {
  readonly chat: ChatCalls;
  readonly deliveries: readonly Delivery[];
  readonly facts: readonly Fact[];
}

/** The users a call keeps busy (R9). */
export function usersOf(call: Call): string[] {
  const users = call.state === "ringing" ? [call.caller.user, call.calleeUser] : [call.caller.user, call.callee.user];
  return users.filter((user) => user !== null);
}

export const same = (a: Party | Endpoint, b: Endpoint) => a.user === b.user && a.device === b.device;

export function sideOf(call: ConnectedCall, from: Endpoint): Side | null {
  if (same(call.caller, from)) return "caller";
  return same(call.callee, from) ? "callee" : null;
}

/**
 * What a device is told of a call when its socket opens; `null`: it is not in it, and it does not ring there. `reloaded`: with another
 * document, which no answer is for (R13).
 */
export function callOn(call: Call, device: Endpoint, reloaded: boolean): DeviceCall | null {
  const { chatId, callId, state } = call;
  if (call.state === "connected") {
    const role = sideOf(call, device);
    if (role !== "caller" || reloaded) return role && { chatId, callId, role, state };
    if (call.caller.held.some(({ type }) => type === "call:answer")) {
      return { chatId, callId, role, state, answer: "follows" };
    }
    return { chatId, callId, role, state, ...(call.unheard.length > 0 ? { answer: "said" } : {}) };
  }
  if (call.calleeUser === device.user) {
    return { chatId, callId, role: "callee", state, ...(call.glare?.device === device.device ? { glare: true } : {}) };
  }
  return same(call.caller, device) ? { chatId, callId, role: "caller", state } : null;
}

/** Whether a device is one of the two in a call, or rings. */
export function isIn(call: Call, device: Endpoint): boolean {
  if (call.state === "connected") return sideOf(call, device) !== null;
  return same(call.caller, device) || call.calleeUser === device.user && call.devices.includes(device.device);
}

export const otherSide = (side: Side): Side => side === "caller" ? "callee" : "caller";
