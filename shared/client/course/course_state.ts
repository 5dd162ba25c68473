/** How the calls of this device stand, what that looks like, and what may be to be done. */

import type { ClientMessage } from "../../protocol/client_messages.ts";
import type { ServerMessages } from "../../protocol/server_messages.ts";
import type { Kind } from "../devices/opening.ts";
import type { SignalStatus } from "../signaling/socket.ts";
import type { CallInfo, CallPhase, Outcome, Unplaced } from "../state.ts";

/** A ringing device stops by itself this long after its time, should the server not say so, in ms. */
export const RING_SLACK_MS = 2_000;
/** What it may take to exchange descriptions beside the other side's grace, in ms: it may be away, and answers or offers when it is back. */
export const EXCHANGE_MS = 30_000;
/** Calls that are over and remembered as such. */
export const MAX_OVER = 16;

/** How the calls stand, and what outlasts each of them. */
export interface Course {
  readonly call: CallState;
  readonly signaling: SignalStatus;
  /** How long the server lets a call ring, in ms. */
  readonly ringTimeoutMs: number;
  /** How long the other side's signaling may be away, in ms. */
  readonly graceMs: number;
  /** Calls that are over for this tab, by id. */
  readonly over: readonly string[];
  /** A call that came while this device was busy with its own: it rings when that one is over. */
  readonly waiting: Waiting | null;
  /** All devices were withheld from the last call that asked for some: what the browser says of them does not place the next one. */
  readonly isWary: boolean;
  /** The devices are open for a look before any call. */
  readonly isChecking: boolean;
  /** The call that was not placed since its devices were withheld, or was taken back. */
  readonly unplaced: Unplaced | null;
  /** The last call could not be placed, or the one that rings cannot be taken, for want of WebRTC. */
  readonly noWebRtc: boolean;
}

export interface Waiting {
  readonly offer: ServerMessages["call:offer"];
  readonly expiresAt: number;
}

interface Known {
  readonly info: CallInfo;
}

/** A call of this user's that nobody answered yet. */
interface Own extends Known {
  /** The callee, where it was said. */
  readonly to: string | undefined;
  /** The devices it was to begin with. */
  readonly kinds: readonly Kind[];
}

/** The call is given up at `deadline`, on the monotonic clock. */
interface Timed {
  readonly deadline: number;
}

/** The server has the call's offer; or had it of the page before a reload: then the other side will make one (R13). */
interface Offered extends Own, Timed {
  readonly hasOffered: boolean;
}

/** How far a call has come; each state has what is known in it. Times are on the monotonic clock, in ms. */
export type CallState =
  | { readonly stage: "idle" }
  /** The devices are being asked for; nobody has heard of the call. */
  | Own & { readonly stage: "preparing" }
  /** Its offer is being made. */
  | Own & Timed & { readonly stage: "placing" }
  /** The offer is on its way, and maybe there. */
  | Offered & { readonly stage: "calling" }
  /** A device of the callee says that it rings. */
  | Offered & { readonly stage: "ringing"; readonly expiresAt: number }
  /** The call rings here. */
  | Known & Timed & {
    readonly stage: "incoming";
    readonly expiresAt: number;
    /** The user sees or hears it, so the caller is told. */
    readonly isPresented: boolean;
    /** The peer connection that was to answer has given up. */
    readonly isStale: boolean;
  }
  /** Accepted, or taken up again after a reload: the descriptions are being exchanged. */
  | Known & Timed & { readonly stage: "answering" }
  /** Both sides have the other's description. `since`: when media first flowed. */
  | Known & { readonly stage: "answered"; readonly since: number | null; readonly isWell: boolean }
  | Known & {
    readonly stage: "ended";
    readonly outcome: Outcome;
    readonly byMe: boolean;
    readonly durationMs: number | null;
  };

/** A call at hand: it has begun, at least for this user, and not ended. */
export type InCall = Exclude<CallState, { readonly stage: "idle" | "ended" }>;

/** What is to be done, in turn, and with what. The timer is no effect: it is always set to `deadlineOf(course)`. */
export type CourseEffect =
  /** Makes the call's peer connection, in place of any other; where there can be none to `place` the call, the rest is left undone. */
  | readonly ["start", info: CallInfo, as: "place" | "rejoin" | Pick<ServerMessages["call:offer"], "offer">]
  /** Opens devices for a call that is not placed. `isEarly`: it is said as soon as they may be opened. */
  | readonly ["open-first", kinds: readonly Kind[], isEarly: boolean]
  /** Opens these devices and no others; what is open is sent. */
  | readonly ["open", kinds: readonly Kind[]]
  /** Makes the offer that starts the call, and sends it, to this callee where the chat has several other members. */
  | readonly ["place", to: string | undefined]
  /** Sends the answer; of another peer connection where the first has given up. */
  | readonly ["accept", isStale: boolean]
  /** Takes the answer. */
  | readonly ["answered", ServerMessages["call:answer"]["answer"]]
  | readonly ["repeatAnswer"]
  /** The server says that the call stands: what may be lost is repeated, and a broken path is given another try. */
  | readonly ["synced"]
  /** Notes for the call's metrics that it rings, here or at the callee's. */
  | readonly ["mark-ringing"]
  | readonly ["send" | "send-now", ClientMessage]
  /** Takes back what waits to be said about a call that is over, and says this; nothing, where its `call:initiate` was not sent yet. */
  | readonly ["end", callId: string, messages: readonly ClientMessage[]]
  /** Keeps the call in the history, and sends its receipt. */
  | readonly ["record", outcome: Outcome, durationMs: number | null, isAccepted: boolean]
  /** Closes the peer connection and every device, and remembers for a reload which calls are over; to be followed by `released`. */
  | readonly ["release"]
  /** Puts away the problem that was shown of devices. */
  | readonly ["forget-problem"];

/** The new state, and what to do. */
export interface Advanced {
  readonly state: Course;
  readonly effects: readonly CourseEffect[];
}

export const IDLE: CallState = { stage: "idle" };

/** No call, and nothing heard of the server; but for the calls that are `over` for this tab. */
export const start = (over: readonly string[]): Course => ({
  call: IDLE,
  signaling: "connecting",
  ringTimeoutMs: 30_000,
  graceMs: 20_000,
  over,
  waiting: null,
  isWary: false,
  isChecking: false,
  unplaced: null,
  noWebRtc: false,
});

/** A call has begun, at least for this user, and not ended: no other one may. */
export function isAtHand(call: CallState): call is InCall {
  return call.stage !== "idle" && call.stage !== "ended";
}

/** When the next `timer` event is due, on the monotonic clock; `null`: there is none. */
export function deadlineOf({ call }: Course): number | null {
  return "deadline" in call ? call.deadline : null;
}

/** What a person is shown of the call. */
export function phaseOf({ call: state }: Course): CallPhase {
  if (state.stage === "idle") return { phase: "idle" };
  const { stage, info: call } = state;
  switch (stage) {
    case "preparing":
      return { phase: stage, chatId: call.chatId, media: call.media };
    case "placing":
    case "calling":
      return { phase: "calling", call };
    case "ringing":
    case "incoming":
      return { phase: stage, call, expiresAt: state.expiresAt };
    case "answering":
      return { phase: "connecting", call };
    case "answered": {
      const { since, isWell } = state;
      if (since === null) return { phase: "connecting", call };
      return { phase: isWell ? "connected" : "reconnecting", call, since };
    }
    case "ended": {
      const { outcome, byMe, durationMs } = state;
      return { phase: stage, call, outcome, byMe, durationMs };
    }
  }
}
