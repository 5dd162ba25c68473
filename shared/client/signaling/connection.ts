/**
 * The connection to the signaling server, as a pure machine: status × event → status and effects, and, in a second table, what becomes of
 * a message in which status. `socket.ts` runs it.
 */

import type { ClientMessage } from "../../protocol/client_messages.ts";
import { CLOSE } from "../../protocol/constants.ts";
import { FOLLOWERS } from "./sent.ts";

/** Waits before each try to reconnect, in ms; the last one repeats. Each is shortened by up to half, at random, so that clients of a restarted server do not come at once. */
const RECONNECT_DELAYS_MS: readonly number[] = [200, 500, 1_000, 2_000, 4_000, 8_000, 15_000];

/** A socket that is not welcomed within this time, in ms, is given up: a black hole says nothing for minutes. */
const OPENING_MS = 10_000;

/** A socket that is probed has this long to answer, in ms. A new one costs little, even where it was not needed. */
const PROBE_MS = 500;

/** Everything that the connection is told, by where it comes from. `at`: when, on the monotonic clock, in ms. */
export type ConnectionEvent =
  & { readonly at: number }
  & (
    // The client.
    /** The socket may be dead: it is to be probed. */
    | { readonly type: "check" }
    /** Ends all, in every status. */
    | { readonly type: "close" }
    // The browser.
    /** The socket that was asked for is there; it is not welcomed yet. */
    | { readonly type: "socket" }
    /** The socket is gone. `random`: from 0 up to 1. */
    | { readonly type: "lost"; readonly code: number; readonly random: number }
    /** There is a network again, and maybe another one. */
    | { readonly type: "online" }
    /** The page is looked at again. */
    | { readonly type: "seen" }
    /** Whether the session is still good, or was renewed. */
    | { readonly type: "authorized"; readonly isValid: boolean; readonly random: number }
    // The server.
    /** `calls`: those of this device, by their ids. */
    | { readonly type: "welcome"; readonly pingMs: number; readonly calls: readonly string[] }
    | { readonly type: "pong" }
    /** Anything else. `callId`: the call that it is about, if it is about one. */
    | { readonly type: "message"; readonly callId?: string | undefined }
    // The timer, at `deadlineOf(connection)`.
    | { readonly type: "timer" }
  );

/** A socket over which nothing came since the last ping (`isAlive` is false) is given up at the `deadline`; else it is pinged. */
interface Welcomed {
  readonly pingMs: number;
  readonly deadline: number;
  readonly isAlive: boolean;
}

export type Connection =
  /** The browser makes a socket. `attempt`: how many tries were in vain. */
  | { readonly status: "opening"; readonly attempt: number }
  /** The socket is there, and not welcomed. */
  | { readonly status: "greeting"; readonly attempt: number; readonly deadline: number }
  /** Welcomed. Of these calls of the device, by their ids, the server says more right behind that. */
  | Welcomed & { readonly status: "syncing"; readonly calls: readonly string[] }
  | Welcomed & { readonly status: "ready" }
  /** Ready, but it may be dead: it was pinged, and a `pong` is awaited. */
  | Welcomed & { readonly status: "probing" }
  /** No socket; whether the session is still good is being asked. */
  | { readonly status: "asking"; readonly attempt: number }
  /** No socket; the next try is due at the `deadline`. */
  | { readonly status: "waiting"; readonly attempt: number; readonly deadline: number }
  /** Final: by the client's wish; another page of this device has taken over; the session is over. */
  | { readonly status: "closed" | "replaced" | "unauthorized" };

/** What is to be done, in turn. The timer is none of them: it is always set to `deadlineOf(connection)`. */
export type ConnectionEffect =
  /** Lets go of the socket, if there is one. */
  | "close-socket"
  | "open-socket"
  | "ping"
  /** What waited is sent. */
  | "flush"
  | "ask-session";

export interface Moved {
  readonly connection: Connection;
  readonly effects: readonly ConnectionEffect[];
}

/** A socket is being opened already. */
export const START: Connection = { status: "opening", attempt: 0 };

type Status = Connection["status"];

/**
 * What becomes of a message: sent; or held, since the socket may be dead, or the server may yet say what makes the message void; or
 * queued, since there is no socket; or dropped. What belongs to one socket (`ping`, say) is sent where others are held, and never queued.
 */
export const SENDING: Readonly<Record<Status, "send" | "hold" | "queue" | "drop">> = {
  opening: "queue",
  greeting: "queue",
  syncing: "hold",
  ready: "send",
  probing: "hold",
  asking: "queue",
  waiting: "queue",
  closed: "drop",
  replaced: "drop",
  unauthorized: "drop",
};

/**
 * Whether what waits to be sent is void: anything about a call that is `over`; where its other page was `reloaded` (R13), what follows a
 * description, since there is to be another one.
 */
export function isVoid(message: ClientMessage, callId: string, is: "over" | "reloaded"): boolean {
  return "callId" in message && message.callId === callId && (is === "over" || FOLLOWERS.includes(message.type));
}

/** What is done whenever a status begins. */
const ENTRY: Readonly<Record<Status, readonly ConnectionEffect[]>> = {
  opening: ["close-socket", "open-socket"],
  greeting: [],
  syncing: [],
  ready: ["flush"],
  probing: ["ping"],
  asking: ["close-socket", "ask-session"],
  waiting: ["close-socket"],
  closed: ["close-socket"],
  replaced: ["close-socket"],
  unauthorized: [],
};

// --- Status × event --------------------------------------------------------------------------------------------------

type In<S extends Status> = Extract<Connection, { readonly status: S }>;
type EventType = ConnectionEvent["type"];
type Of<E extends EventType> = Extract<ConnectionEvent, { readonly type: E }>;
type Row<S extends Status> = { readonly [E in EventType]?: (state: In<S>, event: Of<E>) => Connection };

/** A socket that leads nowhere, as one from an address of before does, says so after minutes at best: another one takes its place. */
const renew = (): Connection => START;

/** The next try is made in time: the later, the more there were. */
function retry({ attempt }: { readonly attempt: number }, { at, random }: Of<"lost" | "authorized">): Connection {
  const longest = RECONNECT_DELAYS_MS[Math.min(attempt, RECONNECT_DELAYS_MS.length - 1)]!;
  return { status: "waiting", attempt: attempt + 1, deadline: at + longest * (1 - random / 2) };
}

/** What a socket does that was welcomed. */
const WELCOMED: Row<"syncing" | "ready" | "probing"> = {
  lost: (_, event) => {
    if (event.code === CLOSE.replaced) return { status: "replaced" };
    return event.code === CLOSE.expired ? { status: "asking", attempt: 0 } : retry(START, event);
  },
  online: renew,
  message: (state) => ({ ...state, isAlive: true }),
  timer: (state, { at }) => state.isAlive ? { ...state, isAlive: false, deadline: at + state.pingMs } : START,
};
/** Syncing while the server has more to say of some calls, which may make messages void that wait; else ready. */
const syncingOrReady = ({ pingMs, deadline, isAlive }: Welcomed, calls: readonly string[]): Connection =>
  calls.length > 0
    ? { status: "syncing", pingMs, deadline, isAlive, calls }
    : { status: "ready", pingMs, deadline, isAlive };
const pong = (state: Welcomed): Connection => ({ ...state, status: "ready", isAlive: true });
const probe = (state: Welcomed, { at }: ConnectionEvent): Connection => ({
  ...state,
  status: "probing",
  isAlive: false,
  deadline: at + PROBE_MS,
});
/** There is no socket. */
const AWAY: Row<"asking" | "waiting"> = { online: renew, seen: renew };

const TABLE: { readonly [S in Status]: Row<S> } = {
  opening: {
    socket: ({ attempt }, { at }) => ({ status: "greeting", attempt, deadline: at + OPENING_MS }),
  },
  greeting: {
    // The session may be over.
    lost: ({ attempt }, { code }) => code === CLOSE.replaced ? { status: "replaced" } : { status: "asking", attempt },
    timer: ({ attempt }) => ({ status: "asking", attempt }),
    online: renew,
    seen: renew,
    welcome: (_, { at, pingMs, calls }) => syncingOrReady({ pingMs, deadline: at + pingMs, isAlive: true }, calls),
  },
  syncing: {
    ...WELCOMED,
    // The server says no more of the others, or it would have come before.
    pong: (state) => syncingOrReady({ ...state, isAlive: true }, []),
    message: ({ calls, ...state }, { callId }) =>
      syncingOrReady({ ...state, isAlive: true }, calls.filter((id) => id !== callId)),
  },
  ready: { ...WELCOMED, pong, check: probe, seen: probe },
  probing: { ...WELCOMED, pong },
  asking: {
    ...AWAY,
    authorized: (state, event) => event.isValid ? retry(state, event) : { status: "unauthorized" },
  },
  waiting: { ...AWAY, timer: ({ attempt }) => ({ status: "opening", attempt }) },
  closed: {},
  replaced: {},
  unauthorized: {},
};

/** Applies one event. Total: what a status has no row for leaves it as it is. */
export function connection(state: Connection, event: ConnectionEvent): Moved {
  const row = TABLE[state.status] as Partial<
    Record<EventType, (state: Connection, event: ConnectionEvent) => Connection>
  >;
  const next = event.type === "close" ? { status: "closed" } as const : row[event.type]?.(state, event) ?? state;
  if (next.status !== state.status) return { connection: next, effects: ENTRY[next.status] };
  // A timer that ends no status pings.
  return { connection: next, effects: event.type === "timer" && next !== state ? ["ping"] : [] };
}

/** When the next `timer` event is due, on the monotonic clock; `null`: there is none. */
export function deadlineOf(state: Connection): number | null {
  return "deadline" in state ? state.deadline : null;
}
