/** How ICE recovery stands, what it may want done, and the times it goes by. */

/** What is to be done, in turn. The timer is no effect: it is always set to `deadlineOf(state)`, so no transition can forget it. */
export type RecoveryEffect =
  /** Gathers candidates anew and offers that; or, where an offer is pending, repeats it, since it or its answer may be lost. */
  | "restart-ice"
  /** Has the signaling socket prove that it leads somewhere. */
  | "check-signaling"
  /** Media came through again after a gap: what the other side decodes from here on must not build on lost pictures. */
  | "send-key-frame"
  /** The call cannot be saved. */
  | "give-up";

export type SignalingStatus = "open" | "away" | "gone";

/** What is known, in every phase. */
export interface Known {
  /** The browser's word. */
  readonly connection: RTCPeerConnectionState;
  readonly signaling: SignalingStatus;
  /**
   * Until when the other side's signaling counts as away; `null`: it does not. After its grace the server has ended the call, or this
   * side was not told that the other is back.
   */
  readonly peerAwayUntil: number | null;
  readonly isPeerSending: boolean;
  /** RTP packets counted over this peer connection. */
  readonly packets: number;
  /** When packets last came, over whichever peer connection. */
  readonly lastMediaAt: number | null;
  /** Packets came over this peer connection, and did not rightly stop since (nothing is sent): when they stop, the path is taken for broken. */
  readonly isFlowing: boolean;
  /** A connection was there once: there is something to recover. */
  readonly hasConnected: boolean;
}

/** How recovery stands. */
export type RecoveryState =
  & Known
  & (
    /** The call is not answered. */
    | { readonly phase: "new" }
    /** Answered; nothing came through this peer connection yet. */
    | { readonly phase: "connecting"; readonly deadline: number }
    /** Media flows, or none is to be expected and the browser says that it is connected. */
    | { readonly phase: "connected" }
    /** Media stopped, or the browser says so: `tries` were made in this round, the next one (or the end) is due at `deadline`. */
    | {
      readonly phase: "recovering";
      readonly deadline: number;
      readonly tries: number;
      readonly budget: Budget;
      /** When this round of tries is over. */
      readonly failsAt: number;
    }
    /** Media is missing, and no offer would arrive: at `deadline` the grace is over. */
    | { readonly phase: "unreachable"; readonly deadline: number; readonly budget: Budget }
    | { readonly phase: "failed" }
    | { readonly phase: "closed" }
  );

/** What a recovery may spend until media flows again, over all its rounds. */
export interface Budget {
  readonly tries: number;
  readonly endsAt: number;
}

/** The new state, and what to do. */
export interface Recovered {
  readonly state: RecoveryState;
  readonly effects: readonly RecoveryEffect[];
}

/** The times and numbers that recovery goes by; in ms. */
export interface RecoveryRules {
  /** A call that was answered and does not connect within this time will not. */
  readonly connectingMs: number;
  /** Without a packet for this long media has stalled. A muted microphone still sends every 400 ms. */
  readonly stallMs: number;
  /** `disconnected` for less than this goes over by itself more often than not. */
  readonly gapMs: number;
  /** The callee leaves the first try to the caller for this long (0 for the caller): two offers at once would collide. */
  readonly politeMs: number;
  /**
   * The tries of a round, each with this long before the next. The first comes with the news of a network, and may be too early for
   * its addresses; a path over TCP takes up to three seconds.
   */
  readonly triesMs: readonly number[];
  /** News (a network, somebody who is back) begins a new round, as long as there are no more tries than these without media. */
  readonly maxTries: number;
  /** How long a side may be away. */
  readonly graceMs: number;
  /** Beside one grace, all rounds together are over after this. */
  readonly totalMs: number;
}

export const RECOVERY: Omit<RecoveryRules, "graceMs"> = {
  connectingMs: 30_000,
  stallMs: 1_250,
  gapMs: 2_000,
  politeMs: 0,
  triesMs: [1_300, 3_000, 6_000, 6_000],
  maxTries: 12,
  totalMs: 60_000,
};
export const POLITE_MS = 700;

/** From the first sign of trouble to the end, where nothing helps and there is no news. */
export function roundMs({ gapMs, stallMs, politeMs, triesMs }: RecoveryRules): number {
  return Math.max(gapMs, stallMs) + politeMs + sum(triesMs);
}

/** From the first sign of trouble to the end, whatever comes but media. */
export function limitMs({ graceMs, totalMs }: RecoveryRules): number {
  return graceMs + totalMs;
}

export const START: RecoveryState = {
  phase: "new",
  connection: "new",
  signaling: "open",
  peerAwayUntil: null,
  isPeerSending: false,
  packets: 0,
  lastMediaAt: null,
  isFlowing: false,
  hasConnected: false,
};

/** When the next `timer` event is due; `null`: there is none. */
export function deadlineOf(state: RecoveryState): number | null {
  if (state.phase === "failed" || state.phase === "closed") return null;
  const own = "deadline" in state ? state.deadline : Infinity;
  const next = Math.min(own, state.peerAwayUntil ?? Infinity);
  return next === Infinity ? null : next;
}

/** What a person is told: media flows and both sides can be reached. Where nothing is to be expected, nothing is missed either. */
export function isWell(state: RecoveryState): boolean {
  if (state.peerAwayUntil !== null) return false;
  return state.phase === "connected" ||
    isInTrouble(state) && !state.isPeerSending && state.connection === "connected";
}

export function isInTrouble(
  state: RecoveryState,
): state is RecoveryState & { readonly phase: "recovering" | "unreachable" } {
  return state.phase === "recovering" || state.phase === "unreachable";
}

/** What is known, without what belongs to the phase. */
export function known(state: RecoveryState): Known {
  const { connection, signaling, peerAwayUntil, isPeerSending, packets, lastMediaAt, isFlowing, hasConnected } = state;
  return { connection, signaling, peerAwayUntil, isPeerSending, packets, lastMediaAt, isFlowing, hasConnected };
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
