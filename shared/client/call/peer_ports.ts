/** What a peer connection (`peer.ts`) is given, and where its news goes. */

import type { Candidate } from "../../protocol/candidate.ts";
import type { Platform } from "../platform/platform.ts";
import type { CodecOrder } from "./codecs.ts";
import type { IceOptions } from "./peer_connection.ts";
import type { RemoteStreams } from "./remote_streams.ts";

/** How a peer connection is made. */
export interface PeerOptions {
  readonly ice: IceOptions;
  readonly codecs: CodecOrder;
  /** One transport for all, or one for each section, for a side that knows no other way. */
  readonly bundlePolicy: RTCBundlePolicy;
}

/** Where the connection's news goes. */
export interface PeerHandlers {
  /** Perfect negotiation (W3C WebRTC, section 10.7): whether this side gives way. */
  readonly isPolite: boolean;
  /** A local candidate to send; `null` ends them. Held back until `flush` is called. */
  onCandidate(candidate: Candidate | null): void;
  onState(state: RTCPeerConnectionState): void;
  /** A remote candidate was left out: this browser does not take it. */
  onDropped(): void;
  /** The other side opened a data channel. */
  onChannel(): void;
  /** The other side's streams have (more) tracks. */
  onRemote(remote: RemoteStreams): void;
}

/** What a peer connection takes of the platform. */
export type PeerPorts = Pick<Platform, "rtc" | "media">;
