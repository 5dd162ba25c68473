/** Why a call cannot be, though both people want it: as both sides and whoever runs the server are told. */

import type { FailureReason } from "../../protocol/formats.ts";

/** Where it failed. */
export type FailureCause =
  /** No peer connection could be made. */
  | { readonly at: "peer-connection" }
  /** A description could not be made, or not be applied (RFC 8829, section 5). */
  | { readonly at: "description" }
  /** No media came about, or no more; the states are the peer connection's (W3C WebRTC, sections 4.3.3 and 4.3.4). */
  | {
    readonly at: "transport";
    readonly ice: RTCIceConnectionState;
    readonly connection: RTCPeerConnectionState;
    /** Media flowed once: what breaks later is the network's doing. */
    readonly hasConnected: boolean;
  };

/** Where the other side never offered anew after a reload: there was no transport to find a path with. */
export const NO_TRANSPORT: FailureCause = { at: "transport", ice: "new", connection: "new", hasConnected: false };

/** A browser without WebRTC, or that makes no peer connection for another reason of its own. */
export class NoPeerConnection extends Error {}

/** The cause that an error in negotiating speaks of. */
export function failureOf(error: unknown): FailureCause {
  return { at: error instanceof NoPeerConnection ? "peer-connection" : "description" };
}

/** What is said of it. A path that was found (ICE) and a connection that is none: DTLS did not come about on it (RFC 8827, section 5.5). */
export function reasonOf(cause: FailureCause): FailureReason {
  switch (cause.at) {
    case "peer-connection":
      return "unsupported";
    case "description":
      return "incompatible";
    case "transport": {
      const hasPath = cause.ice === "connected" || cause.ice === "completed";
      return hasPath && cause.connection !== "connected" && !cause.hasConnected ? "security-error" : "failed";
    }
  }
}
