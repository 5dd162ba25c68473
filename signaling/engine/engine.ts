/**
 * The engine's port: everything that several processes of this server would have to agree on. Members of chats, who is online, calls,
 * deadlines, and the order of what is delivered. Events go in by `submit`, which returns nothing; what came of them comes out as
 * steps, to the process that made the engine.
 *
 * What every engine guarantees:
 *
 * 1. A step is atomic: the new state, its deliveries and its facts are there together or not at all. Whoever is given a step finds
 *    the engine in the state after it, or a later one.
 * 2. The steps of one chat come in the order in which its events were taken, each whole before the next, also where the receiver
 *    submits another event from within a step.
 * 3. A user is in one call only, in whatever chat (R9).
 * 4. A deadline fires once, and not before its time; one that was moved or lifted does not fire at its old time.
 * 5. There is one clock, the engine's: wall time in ms since 1970, which never goes back.
 * 6. What is kept is bounded, or goes after a time.
 * 7. What comes of a `connect` begins with `connected`: nothing that is said to that device because of it, or since, comes before. Of
 *    each call named there the device is told more after it: where the call stands, or that it is over. What is said to it between the
 *    `connect` and `connected` is for the socket that it had before, and is given to none.
 *
 * What the engine knows nothing of: sockets, rates of messages, and who looks at a chat. These are the process's own (`Connections`).
 */

import type { ClientMessage } from "../../shared/protocol/client_messages.ts";
import type { DeviceCall, Member, ServerMessages } from "../../shared/protocol/server_messages.ts";
import type { Fact } from "../call/facts.ts";
import type { CallRules, Delivery, RingingCall } from "../call/state.ts";
import type { Endpoint } from "../call/parties.ts";
import type { Histogram } from "../ops/histogram.ts";

/** What a verified token says of its user and their chats. */
export interface Membership {
  readonly userId: string;
  readonly name: string;
  readonly chats: readonly string[];
  /** Those of `chats` that this user made. */
  readonly own?: readonly string[];
  readonly isGuest: boolean;
  /** In ms since 1970. */
  readonly issuedAt: number;
}

/** Which call. */
export interface CallRef {
  readonly chatId: string;
  readonly callId: string;
}

/** What a device says in a chat. */
export type ChatMessage = Extract<ClientMessage, { chatId: string }>;

/** What is submitted to an engine. */
export type EngineEvent =
  /** A token was seen: its chats exist, with this user in them (R1). */
  | { readonly type: "token"; readonly membership: Membership }
  /** The user's seat is free from `at` on (ms since 1970): tokens issued until then do not bring them back. */
  | { readonly type: "free"; readonly chatId: string; readonly userId: string; readonly at: number }
  /**
   * A device's socket opened. `membership`: what its token says; `null`: that has expired, in a call (R20). `page`: the document on
   * it; another one than before means that it was reloaded (R13).
   */
  | {
    readonly type: "connect";
    readonly from: Endpoint;
    readonly membership: Membership | null;
    readonly page: string | null;
  }
  /** A device's socket is gone. It is online, and in its call, for the grace (R12), in ms. */
  | { readonly type: "drop"; readonly from: Endpoint; readonly graceMs: number }
  /** R20: the device's token speaks for this call only, or (`null`) for everything again. */
  | { readonly type: "restrict"; readonly from: Endpoint; readonly call: CallRef | null }
  /** R20: the device's token expired so long ago that its call ends. */
  | { readonly type: "outlived"; readonly from: Endpoint }
  /** A message within the device's rates. `frame`: the how manieth of its socket it is, from 1. */
  | { readonly type: "message"; readonly from: Endpoint; readonly message: ChatMessage; readonly frame: number }
  /** R21: nobody was reached by push, so a call to somebody without devices rings in vain. */
  | { readonly type: "unreached"; readonly chatId: string; readonly callId: string }
  /** R21: the callee declines a call where no page of theirs is open. */
  | { readonly type: "decline"; readonly chatId: string; readonly callId: string; readonly user: string }
  /** Nobody in this process looks at the chat any more. */
  | { readonly type: "unwatch"; readonly chatId: string }
  /** R19: this process leaves. */
  | { readonly type: "shutdown" };

/** What happens beside calls. */
export type DeviceFact =
  /** The device's socket is heard from now on. `calls`: those that it is in, or that ring there. */
  | { readonly type: "connected"; readonly device: Endpoint; readonly calls: readonly DeviceCall[] }
  /** A member's device asked to be told of the chat from now on; it was given the chat's state. */
  | { readonly type: "watched"; readonly device: Endpoint }
  /** The user is no member of the chat any more. */
  | { readonly type: "left"; readonly user: string }
  /** R18: a user places too many calls: this one was refused, and is to come again. */
  | { readonly type: "limited"; readonly device: Endpoint; readonly callId: string | undefined }
  /** A member's device measured a call. */
  | { readonly type: "measured"; readonly device: Endpoint; readonly message: ChatMessage & { type: "call:receipt" } }
  /** A member has seen to a missed call, and to those before it of the same caller in the chat. */
  | { readonly type: "seen"; readonly device: Endpoint; readonly message: ChatMessage & { type: "call:missed-seen" } }
  /** The device's grace is over; it is forgotten. */
  | { readonly type: "gone"; readonly device: Endpoint }
  /** R18: the device's socket is not taken, since its user has as many as may be: others came in the same moment, by other processes. */
  | { readonly type: "crowded"; readonly device: Endpoint }
  /** The device has a socket in another process from now on. One that it has here is replaced. */
  | { readonly type: "moved"; readonly device: Endpoint }
  /** What the engine knew of this process's devices is lost: their sockets have to come anew, to this process or another. */
  | { readonly type: "lost" };

/** What comes out: what came of one event in one chat, or (no `chatId`) of a device's. */
export interface Step {
  readonly chatId: string | null;
  /** When, by the engine's clock. */
  readonly at: number;
  /** To devices of any user, in order. Those whose sockets are elsewhere, or gone, are nothing to this process. */
  readonly deliveries: readonly Delivery[];
  readonly facts: readonly (Fact | DeviceFact)[];
  /** The chat as its members see it, where that changed and somebody here watches it; else `null`. */
  readonly state: ServerMessages["chat:state"] | null;
}

/**
 * Takes the steps. Must not throw. `isOwn`: what it came of was taken by this process, or was due and found by it; of all processes
 * that are given a step's facts, this one counts them.
 */
export type StepReceiver = (step: Step, isOwn: boolean) => void;

/** At once, from an engine in this process; a shared one has to ask. */
export type Answer<T> = T | Promise<T>;

/** Does something with an answer: at once where it is there. */
export function whenKnown<T>(answer: Answer<T>, use: (value: T) => void): void {
  if (answer instanceof Promise) answer.then(use);
  else use(answer);
}

/** The engine cannot say now what it was asked. */
export class UnavailableError extends Error {
  override name = "UnavailableError";
}

/** A place that is kept for one socket about to open; only that one gives it back. */
export type Reservation = Endpoint;

/** What the engine sees now. */
export interface Gauges {
  readonly users: number;
  readonly chats: number;
  readonly ringing: number;
  readonly connected: number;
}

/** How the store of several processes does. */
export interface StoreFigures {
  /** This process takes part, by the store: people can call here. */
  readonly isUp: boolean;
  /** How long it took to take a batch of this process, in seconds. */
  readonly appends: Histogram;
  /** Batches that it did not take, or not in time. */
  readonly errors: number;
}

/** Time and chance are handed in. */
export interface EngineOptions extends CallRules {
  /** How many may join a chat by its link. */
  readonly chatCapacity: number;
  /** R21: whether a callee without devices may be reached by push. The same for all processes. */
  readonly push: boolean;
  /** Wall clock in ms since 1970, never set back. */
  now(): number;
  newId(): string;
}

export interface Engine {
  submit(event: EngineEvent): void;
  /** R1: gives a seat in a chat; false where it is full or unknown. */
  join(chatId: string, member: Pick<Membership, "userId" | "name">): Answer<boolean>;
  /** Uses up a pass that is good once, by its id; false where it was used. `expiresAt`: when it is out of date, in ms since 1970. */
  usePass(id: string, expiresAt: number): Answer<boolean>;
  /** Keeps a token for two minutes, and gives the key to it. */
  keepEntry(token: string): Answer<string>;
  /** The token behind a key, once, whichever process kept it; `null` where it is unknown, used or too old. */
  takeEntry(key: string): Answer<string | null>;
  /**
   * Keeps a place for a device's socket that is about to open, for at most `forMs`: of one whose client went away meanwhile nothing may be
   * heard any more. `null` where its user has as many as may be (R18).
   */
  reserve(device: Endpoint, forMs: number): Answer<Reservation | null>;
  /** The socket has opened, or will not. Idempotent. */
  release(reservation: Reservation): void;
  members(chatId: string): Answer<Member[]>;
  /** The chats this user is a member of. */
  chatsOf(userId: string): Answer<ReadonlySet<string>>;
  /** Who made the chat, as long as they are in it; `null` where that is not known. */
  maker(chatId: string): Answer<string | null>;
  /** The call that a device is in, or that rings on it. */
  callOf(device: Endpoint): Answer<CallRef | null>;
  /** R20: the connected call that a user, or one device of theirs, is in. */
  talksIn(userId: string, deviceId?: string): Answer<CallRef | null>;
  /** The call, as long as it rings. */
  ringing(chatId: string, callId: string): RingingCall | null;
  gauges(): Gauges;
  /** `null`: there is no store. */
  storeFigures(): StoreFigures | null;
  /** Why it can take nothing now, in one line; `null`: it can. */
  unavailability(): string | null;
  /** When all that was submitted has come out; or will not, where the engine is not available. Never rejects. */
  settled(): Answer<void>;
  /** Whether this process is the one that tells others, such as webhooks, of what every process knows. */
  isSpokesman(): boolean;
  /** Stops every timer. Nothing may be submitted after it. */
  close(): void;
}

/** Makes an engine that gives its steps to this receiver. */
export type EngineFactory = (options: EngineOptions, receive: StepReceiver) => Engine;
