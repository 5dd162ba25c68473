/** What the hub is given, and what it gives to a socket. */

import type { ClientMessage, ClientMessages } from "../shared/protocol/client_messages.ts";
import type { Parsed } from "../shared/protocol/frames.ts";
import type { ServerMessages } from "../shared/protocol/server_messages.ts";
import type { VideoCodec } from "../shared/protocol/video_codecs.ts";
import type { EngineFactory, EngineOptions } from "./engine/engine.ts";
import type { Session } from "./identity/session.ts";
import type { Admission } from "./limits.ts";
import type { CallRecords } from "./log/call_records.ts";
import type { Log } from "./ops/log.ts";
import type { PushDesk } from "./push/push_desk.ts";

/** Time and chance are handed in. `now` and `newId` are the engine's. */
export interface HubOptions extends EngineOptions {
  readonly engine: EngineFactory;
  /** How often clients should send `ping`, in ms. */
  readonly pingMs: number;
  /** STUN and TURN servers for one user. */
  ice(userId: string): Pick<ServerMessages["welcome"], "iceServers" | "iceTtl" | "iceTransportPolicy">;
  /** Video codecs in the order that clients should prefer. */
  readonly videoCodecs: VideoCodec[];
  /** Monotonic time in ms, for what comes too fast. */
  ticks(): number;
  /** Wall clock in ms since 1970, for what tokens say. */
  clock(): number;
  /** Is told what becomes of calls. */
  readonly records: CallRecords;
  /** Tells people who look at no page; `null`: nobody does. */
  readonly desk: PushDesk | null;
  readonly log: Log;
  /** Whether each message is logged too, by its type and ids. */
  readonly debugLog: boolean;
}

/** What a client says of itself when it opens a socket. */
export interface Client {
  /** The document that runs it; `null`: it does not say. */
  readonly page: string | null;
  /** The version of the protocol that it speaks. */
  readonly protocol: number;
}

/** One connected socket's way into the hub. */
export interface Connection {
  /** R18: counts what was parsed. */
  admit(parsed: Parsed): Admission;
  /** Takes a message that was parsed and is within limits: the how manieth `frame` of the socket it is, from 1. */
  receive(message: HubMessage, frame: number): void;
  /** R20: takes the session of another token; `null`: one that is not believed. */
  renew(session: Session | null): void;
  /** R17: candidates were left out of what this device sent, for these reasons. It is not told: the call is none the worse. */
  note(dropped: readonly string[]): void;
  /** The socket is gone. Idempotent; harmless once another socket took the device over. */
  drop(): void;
}

/** A message that the hub deals with; a token is verified before it gets here. */
export type HubMessage = Exclude<ClientMessage, ClientMessages["session:renew"]>;
