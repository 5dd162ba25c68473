/** What is seen of a chat from outside the call function; immutable, so that states can be compared and explored. */

import type { ServerMessage } from "../../../../shared/protocol/server_messages.ts";
import type { advance } from "../../../../signaling/call/advance.ts";
import {
  type CallEvent,
  type ChatCalls,
  type InCallMessage,
  MAX_HELD_CANDIDATES,
  MAX_HELD_MESSAGES,
  MEMORY_MS,
  NO_CALLS,
} from "../../../../signaling/call/state.ts";
import type { Endpoint } from "../../../../signaling/call/parties.ts";

/** Multiples of `MEMORY_MS`, so that waiting in such steps keeps the number of different times small. */
export const RULES = { ringTimeoutMs: 3 * MEMORY_MS, graceMs: 2 * MEMORY_MS };
/** The grace of a page that said it goes. */
export const LEAVING_GRACE_MS = MEMORY_MS;
export const ENDPOINTS: readonly Endpoint[] = ["ann", "bob"].flatMap((user) =>
  ["1", "2"].map((device) => ({ user, device }))
);
/** Ids that clients propose: few, so that repeats and mix-ups are common. */
export const CALL_IDS = ["call-aaaaaaaaaaaaaaaa", "call-bbbbbbbbbbbbbbbb"] as const;
export const RELAYED: readonly string[] = ["call:ice-candidate", "call:negotiate", "call:media"];
/** The most the call function may keep: memories, held candidates, messages held for one side. */
export const BOUNDS = { memory: 16, candidates: MAX_HELD_CANDIDATES, held: MAX_HELD_MESSAGES };

export type Side = "caller" | "callee";
export const SIDES = ["caller", "callee"] as const;

/** What one device knows, by what it was told. */
export interface Device {
  /** When its socket went, or a whole grace before its grace ends; `null` while it is connected, `NEVER` where the server has not heard of it. */
  readonly away: number | null;
  /** The call it rings for. */
  readonly rings: string | null;
}
export const NEVER = -1e9;

/** One state of the chat and of what was seen of it. */
export interface Model {
  readonly chat: ChatCalls;
  readonly now: number;
  readonly devices: readonly Device[];
  /** The device that answered the current call, once one has. */
  readonly winner: string | null;
  /** When the ringing, or the wait for a side that has not resumed, has to end. */
  readonly lapse: number;
  /** The caller's page was reloaded while it rang. */
  readonly reloaded: boolean;
  /** A device of the callee has said that the call rings. */
  readonly rings: boolean;
  /** Why the last connected device of the callee could not take the call, while none has been given the offer since. */
  readonly unable: string | null;
  /** The call that goes on by what facts say, and nothing else; `null`: none. */
  readonly reported: ReportedCall | null;
  /** What was said to a side and has not reached it, in order. */
  readonly owed: Readonly<Record<Side, readonly string[]>>;
  /** What the caller was told since the answer, and may ask for again until it has spoken: its socket may have been dead. */
  readonly unacknowledged: readonly string[];
  /** Calls that ended, and hang-ups that came before their call (`user callId`), with the time. */
  readonly over: Readonly<Record<string, number>>;
  readonly withdrawn: Readonly<Record<string, number>>;
  /** How many ids the server has given, and messages were numbered. */
  readonly ids: number;
  readonly seq: number;
  /** What went wrong; empty as long as the rules hold. */
  readonly violations: readonly string[];
}

/** What somebody knows of a call who hears only facts. */
export interface ReportedCall {
  readonly callId: string;
  /** The two in it: `null` where nobody answered, or a side has not come again. */
  readonly caller: Endpoint | null;
  readonly callee: Endpoint | null;
  readonly isRinging: boolean;
  readonly away: Readonly<Record<Side, boolean>>;
}

export const START: Model = {
  chat: NO_CALLS,
  now: 0,
  devices: ENDPOINTS.map(() => ({ away: null, rings: null })),
  winner: null,
  lapse: 0,
  reloaded: false,
  rings: false,
  unable: null,
  reported: null,
  owed: { caller: [], callee: [] },
  unacknowledged: [],
  over: {},
  withdrawn: {},
  ids: 0,
  seq: 0,
  violations: [],
};

/** The call function under test: the real one, or a mutant that the invariants must catch. */
export type Advance = typeof advance;

// --- Small parts -----------------------------------------------------------------------------------------------------

export type Call = NonNullable<ChatCalls["call"]>;
export type Message = ServerMessage & { callId: string };

export type Party = { readonly user: string | null; readonly device: string | null };

export const isSame = (a: { user: string | null; device?: string | null }, b: Endpoint) =>
  a.user === b.user && a.device === b.device;
export const indexOf = (endpoint: Endpoint) => ENDPOINTS.findIndex((one) => isSame(one, endpoint));
export const rung = (call: Call & { state: "ringing" }) =>
  call.devices.map((device) => ({ user: call.calleeUser, device }));
export const sidesOf = (call: Call) => ({
  caller: call.caller,
  callee: call.state === "connected" ? call.callee : null,
});
export const isParty = (call: Call, endpoint: Endpoint) =>
  Object.values(sidesOf(call)).some((side) => side !== null && isSame(side, endpoint));

export function isPresent({ devices }: Pick<Model, "devices">, { user, device }: Party): boolean {
  return user !== null && devices[indexOf({ user, device: device! })]!.away === null;
}

/** The callee may also name the call it tried to start at the same moment (R10). */
export function isAbout(call: Call, from: Endpoint, callId: string | undefined): boolean {
  if (callId === undefined || callId === call.callId) return true;
  return call.glare?.callId === callId && calleeUserOf(call) === from.user;
}

export const calleeUserOf = (call: Call) => call.state === "ringing" ? call.calleeUser : call.callee.user;

/** A relayed message, with what tells it from the others. */
export function itemOf(message: Message | InCallMessage): string {
  switch (message.type) {
    case "call:ice-candidate":
      return message.candidate?.candidate ?? "no more candidates";
    case "call:negotiate":
      return message.description.sdp;
    case "call:media":
      return `media ${message.audio} ${message.video}`;
    case "call:peer":
      return `peer ${message.state}`;
    default:
      return message.type;
  }
}

/** An event in the model: nobody leaves its chat. */
export type ModelEvent = Exclude<CallEvent, { type: "leave" }>;
