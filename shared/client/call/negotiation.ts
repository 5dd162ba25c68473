/** What is negotiated between two sides of a running call, and who gives way: rules without a connection, for `peer.ts`. */

export type Offer = { type: "offer"; sdp: string };
export type Answer = { type: "answer"; sdp: string };
export type Description = { type: "offer" | "answer"; sdp: string };

/**
 * What an offer is for, beside sections that the other side has not heard of: another path (ICE restart), other codecs, or the section
 * that carries data channels.
 */
export type Need = "restart" | "codecs" | "channels";

/** What an offer is needed for, since the two sides have not agreed on it. */
export interface Needs {
  /** What the next offer is for. */
  readonly due: readonly Need[];
  /** What the pending offer is for; empty where none is pending. */
  readonly offered: readonly Need[];
}

export const NO_NEEDS: Needs = { due: [], offered: [] };

/** What happens to these needs. */
export type NeedsEvent =
  /** Something came up. */
  | { readonly type: "need"; readonly need: Need }
  /** An offer of this side is made. */
  | { readonly type: "offered" }
  /** The pending offer was answered. */
  | { readonly type: "answered" }
  /** The other side's offer stands, and this one's, if there was one, was taken back. `isRestart`: it restarts ICE. */
  | { readonly type: "gave-way"; readonly isRestart: boolean };

export function needsAfter({ due, offered }: Needs, event: NeedsEvent): Needs {
  switch (event.type) {
    case "need":
      return { due: withNeed(due, event.need), offered };
    case "offered":
      return { due: [], offered: due };
    case "answered":
      return { due, offered: [] };
    case "gave-way": {
      const left = offered.filter((need) => need !== "restart" || !event.isRestart);
      return { due: left.reduce(withNeed, due), offered: [] };
    }
  }
}

const withNeed = (needs: readonly Need[], need: Need): readonly Need[] =>
  needs.includes(need) ? needs : [...needs, need];

/**
 * What to do with a description of the other side: perfect negotiation (W3C WebRTC, section 10.7). The impolite side ignores an offer
 * that collides with its own; the polite one takes its own back. An answer to no pending offer is a repeat, or the answer to one that
 * was taken back.
 */
export function verdictOn(
  type: "offer" | "answer",
  signaling: RTCSignalingState,
  isPolite: boolean,
): "answer" | "apply" | "ignore" {
  if (type === "answer") return signaling === "have-local-offer" ? "apply" : "ignore";
  return signaling === "stable" || isPolite ? "answer" : "ignore";
}
