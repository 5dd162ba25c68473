/** Candidates that come before they can be used, of both sides (trickle ICE, RFC 8838). */

import { type Candidate, withSection } from "../../protocol/candidate.ts";

/** A candidate; `null` ends them. */
export type Trickled = Candidate | null;

/** Candidates that are held until they are flushed, and passed on at once from then on. */
export class HeldCandidates {
  #waiting: Trickled[] | null = [];
  readonly #pass: (candidate: Trickled) => void;

  constructor(pass: (candidate: Trickled) => void) {
    this.#pass = pass;
  }

  get isFlushed(): boolean {
    return this.#waiting === null;
  }

  add(candidate: Trickled): void {
    if (this.#waiting === null) this.#pass(candidate);
    else this.#waiting.push(candidate);
  }

  flush(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const candidate of waiting) this.#pass(candidate);
  }
}

/**
 * A local candidate as it goes over the wire: only the members of `RTCIceCandidateInit`, since some implementations put more into
 * `toJSON()`, and the protocol is strict.
 */
export function trickled(local: RTCIceCandidate | null): Trickled {
  if (local === null || local.candidate === "") return null;
  const { candidate, sdpMid, sdpMLineIndex, usernameFragment } = local;
  return { candidate, sdpMid, sdpMLineIndex, ...(usernameFragment ? { usernameFragment } : {}) };
}

/** A remote candidate as a browser takes it. */
export function placed(remote: Trickled): Candidate {
  // An older server passes on what other stacks write for "no mid".
  const init = remote ?? { candidate: "" };
  return withSection(init.sdpMid === "" ? { ...init, sdpMid: null } : init);
}

/** The ICE user name fragment of a description: another one is a restart (RFC 8839, section 4.4.1.1.1). */
export function ufragOf(sdp: string | undefined): string | undefined {
  return sdp?.match(/^a=ice-ufrag:(\S+)/m)?.[1];
}
