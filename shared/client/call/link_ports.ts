/** What a link (`link.ts`) is given, what it says and what it sends. */

import type { Candidate } from "../../protocol/candidate.ts";
import type { Platform } from "../platform/platform.ts";
import type { SignalStatus } from "../signaling/socket.ts";
import type { Role } from "../state.ts";
import type { CodecOrder } from "./codecs.ts";
import type { FailureCause } from "./failure.ts";
import type { Answer, Description, Offer } from "./negotiation.ts";
import type { IceOptions } from "./peer_connection.ts";
import type { RemoteStreams } from "./remote_streams.ts";
import type { Section, Tracks } from "./media_sections.ts";

/** How it begins: this side offers, or is offered something, or (`rejoin`) waits for the other side to offer anew after a reload. */
export type LinkStart = "place" | "rejoin" | { readonly offer: Offer };

/** What a link gives to the signaling, for the other side. */
export type LinkMessage =
  /** The offer and the answer that start the call. */
  | { readonly type: "call:initiate"; readonly offer: Offer }
  | { readonly type: "call:answer"; readonly answer: Answer }
  | { readonly type: "call:negotiate"; readonly description: Description }
  | { readonly type: "call:ice-candidate"; readonly candidate: Candidate | null };

/** What happens to a link. */
export type LinkNews =
  // Negotiation.
  /** Both sides have the other's description, as far as this one knows. */
  | { readonly type: "answered" }
  /** This side's description is on its way. */
  | { readonly type: "described" }
  /** The peer connection gave up while it rang; another one can answer. */
  | { readonly type: "stale" }
  /** ICE is restarted, by this side or the other. */
  | { readonly type: "restarted"; readonly by: "me" | "peer" }
  /** A candidate of the other side was left out: this browser does not take it. */
  | { readonly type: "candidate-dropped" }
  // Media.
  /** The browser's word for the peer connection, once the call is answered. */
  | { readonly type: "connection"; readonly state: RTCPeerConnectionState }
  /** What the other side sends is in other streams. */
  | { readonly type: "remote"; readonly streams: RemoteStreams }
  /** What the other side decodes from here on must not build on lost pictures. */
  | { readonly type: "key-frame-needed" }
  /** `isWell` may be another one. */
  | { readonly type: "progress" }
  // The end.
  /** The browser makes no peer connection. */
  | { readonly type: "no-webrtc" }
  | { readonly type: "failed"; readonly cause: FailureCause };

/** What a link needs of the call. */
export interface LinkPorts {
  readonly platform: Pick<Platform, "rtc" | "media" | "clock">;
  readonly role: Role;
  /** How long a side may be away, in ms. */
  readonly graceMs: number;
  /** The signaling socket when the call begins. */
  readonly signaling: SignalStatus;
  /** What the call begins with. */
  readonly sections: readonly Section[];
  /** Which ways media may take, now. */
  ice(): IceOptions;
  codecs(): CodecOrder;
  /** What this side has to send. */
  tracks(): Tracks;
  /** Fits how much is sent to tracks that were put in, before that is negotiated. */
  adapt(): Promise<void> | undefined;
  send(message: LinkMessage): void;
  /** Has the signaling socket prove that it leads somewhere. */
  checkSignaling(): void;
  onNews(news: LinkNews): void;
}
