/**
 * Clients and a server together, for `joint_explore_test.ts`: the real course of each client, the real arbiter, and between them sockets
 * that drop, freeze and come back, pages that are reloaded, and peer connections that carry media once both ends belong together. Time is
 * relative to now, so that models that differ only in when they began are one; it passes only when nothing is on its way.
 */

import { type Course, start } from "../../../../shared/client/course/course_state.ts";
import type { course } from "../../../../shared/client/course/course.ts";
import type { Buffered } from "../../../../shared/client/signaling/protocol_1.ts";
import type { ClientMessage } from "../../../../shared/protocol/client_messages.ts";
import type { ServerMessage } from "../../../../shared/protocol/server_messages.ts";
import type { Endpoint } from "../../../../signaling/call/parties.ts";
import { type ChatCalls, NO_CALLS } from "../../../../signaling/call/state.ts";

export type CourseMachine = typeof course;

export const RULES = { ringTimeoutMs: 20_000, graceMs: 8_000 };
export const CHAT = "chat";

/** One end of a peer connection, and what is negotiated with it. Media flows where two ends know each other. */
export interface Link {
  readonly callId: string;
  readonly isPolite: boolean;
  /** `null`: there is none yet, after a reload. */
  own: string | null;
  other: string | null;
  isAnswered: boolean;
  /** An offer inside the call has no answer yet. */
  isPending: boolean;
  /** What is being made. */
  task: "open" | "offer" | "answer" | "negotiate" | null;
  /** Since when it is answered and carries nothing; `null`: it does, or is not to. */
  deadSince: number | null;
  /** Media flowed once; and ICE was restarted since it stopped. */
  hasConnected: boolean;
  isRestarted: boolean;
}

export interface Client extends Endpoint {
  course: Course;
  link: Link | null;
  /** Its camera and microphone are in use. */
  isOpen: boolean;
  socket: "none" | "greeting" | "syncing" | "ready";
  /** The calls that the server named, and has not said more of. */
  named: readonly string[];
  /** Messages of a server of protocol 1 that wait until all of its calls are known. */
  buffered: Buffered;
  /** The socket leads nowhere, and this end has not noticed. */
  isFrozen: boolean;
  up: ClientMessage[];
  down: ServerMessage[];
  queue: ClientMessage[];
  page: number;
  /** How many calls this user may still make here. */
  calls: number;
  /** How its calls ended, by id. */
  ends: Record<string, string>;
}

/** What the server has of a device. `until`: the end of its grace, or when it notices that the socket is dead. */
interface Seen {
  readonly is: "connected" | "dead" | "away" | "unknown";
  readonly until: number | null;
  readonly page: number | null;
}

export interface Model {
  chat: ChatCalls;
  clients: Client[];
  seen: Seen[];
  /** Until when the server takes clients' word for calls. */
  recoversUntil: number;
  /** The protocol that the server speaks: in version 1 its `welcome` names no calls. */
  protocol: 1 | 2;
  /** How many more things may break, and whether one did. */
  faults: number;
  isSound: boolean;
  /** What was said about a peer connection after the answer, or that there was to be another, was lost with a socket: it is not repeated. */
  isLossy: boolean;
  ids: number;
}

/** Everybody is there, and nobody has called. */
export function begin(
  users: readonly { user: string; device: string; calls: number }[],
  faults: number,
): Model {
  return {
    protocol: 2,
    chat: NO_CALLS,
    clients: users.map(({ user, device, calls }) => ({
      user,
      device,
      calls,
      course: { ...start([]), signaling: "open", ...RULES },
      link: null,
      isOpen: false,
      socket: "ready",
      named: [],
      buffered: null,
      isFrozen: false,
      up: [],
      down: [],
      queue: [],
      page: 0,
      ends: {},
    })),
    seen: users.map(() => ({ is: "connected", until: null, page: 0 })),
    recoversUntil: -1,
    faults,
    isSound: true,
    isLossy: false,
    ids: 0,
  };
}

/** Nothing is on its way. */
export function isQuiet({ clients }: Model): boolean {
  return clients.every(({ up, down, link }) => up.length + down.length === 0 && (link?.task ?? null) === null);
}

/** Whether a client sees and hears the other side. */
export function flows({ clients }: Model, { link }: Client): boolean {
  if (link === null || link.own === null) return false;
  return clients.some(({ link: far }) =>
    far !== null && far.callId === link.callId && far.own === link.other && far.other === link.own && far.isAnswered
  );
}

/** A copy that can be changed. */
export function copy(model: Model): Model {
  return {
    ...model,
    clients: model.clients.map((client) => ({
      ...client,
      link: client.link && { ...client.link },
      up: [...client.up],
      down: [...client.down],
      queue: [...client.queue],
      ends: { ...client.ends },
    })),
    seen: [...model.seen],
  };
}

/** What is on its way to and from a client is lost. */
export function loseMessages(model: Model, client: Client): void {
  const isLost = (message: ClientMessage | ServerMessage) =>
    message.type === "call:negotiate" || message.type === "call:peer" && message.state === "reloaded";
  if ([...client.up, ...client.down].some(isLost)) model.isLossy = true;
  Object.assign(client, { up: [], down: [] });
}
