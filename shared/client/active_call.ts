/**
 * One call that this client has: its peer connection, its negotiation, and how far it has come. Once closed it says and sends
 * nothing more, so whoever replaces it need not ask whose late promise that was.
 */

import type { ClientMessage, IceServer, ServerMessages } from "../protocol.ts";
import type { Candidate } from "../sdp.ts";
import { Peer } from "./peer.ts";
import type { Environment } from "./ports.ts";
import type { CallInfo, CallPhase, LocalMedia } from "./state.ts";

type Offer = ServerMessages["call:offer"]["offer"];
type Answer = ServerMessages["call:answer"]["answer"];
type Description = ServerMessages["call:negotiate"]["description"];

/** What a call needs of the client it belongs to. */
export interface CallPorts {
  readonly env: Environment;
  readonly iceServers: IceServer[];
  /** What this side has to send now, and whether it does. */
  tracks(): MediaStreamTrack[];
  local(): LocalMedia;
  send(message: ClientMessage): void;
  /** The progress, or the remote stream, is another one. */
  onChange(): void;
  /** The media cannot be set up, or broke down for good. */
  onFailure(): void;
}

export class ActiveCall {
  readonly info: CallInfo;
  /** This user wants it: placed, accepted, or taken up again after a reload. */
  wanted: boolean;
  remote: MediaStream | null = null;
  readonly #ports: CallPorts;
  /** `null` after a reload, until the other side makes a new offer (R13). */
  #peer: Peer | null;
  /** The callee's: made while it rings, sent on accept. */
  readonly #answer: Promise<Answer> | null;
  /** This side's description is on its way; before that nothing else about the call may be sent. */
  #described = false;
  #closed = false;
  #transport: RTCPeerConnectionState = "new";
  /** The other side's signaling is gone for the moment. */
  #peerAway = false;
  #since: number | null = null;
  #cancelTimer = () => {};

  /** A call that this user places, or (`offer`) that rings, or (`rejoin`) that a reload interrupted. */
  constructor(ports: CallPorts, info: CallInfo, start: "place" | "rejoin" | { readonly offer: Offer }) {
    this.#ports = ports;
    this.info = info;
    this.wanted = typeof start === "string";
    this.#peer = start === "rejoin" ? null : this.#newPeer();
    this.#answer = typeof start === "string" ? null : this.#peer!.prepareAnswer(start.offer);
    this.#answer?.catch(() => this.#fail());
  }

  /** When media first flowed, on the monotonic clock. */
  get since(): number | null {
    return this.#since;
  }

  /** How far a call that was answered has come. */
  get progress(): CallPhase {
    const call = this.info;
    const since = this.#since;
    if (since === null) return { phase: "connecting", call };
    const flows = this.#transport === "connected" && !this.#peerAway;
    return { phase: flows ? "connected" : "reconnecting", call, since };
  }

  /** Calls `action` after `ms`, unless the call is wanted or over by then. */
  expire(ms: number, action: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#ports.env.after(ms, () => {
      if (!this.#closed && !this.wanted) action();
    });
  }

  /** Makes and sends the offer that starts the call. */
  place(): Promise<void> {
    const { chatId, callId, media } = this.info;
    return this.#offer((offer) => ({ type: "call:initiate", chatId, callId, offer, media }));
  }

  /** Sends the answer that was made while it rang. What this side sends may follow later. */
  async accept(): Promise<void> {
    this.wanted = true;
    this.#cancelTimer();
    try {
      const answer = await this.#answer!;
      if (this.#closed) return;
      const { chatId, callId } = this.info;
      this.#ports.send({ type: "call:answer", chatId, callId, answer });
      this.#released();
    } catch {
      // The constructor ends a call whose answer cannot be made.
    }
  }

  /** Puts this side's tracks into the call, once it has sections for them. */
  async sendTracks(): Promise<void> {
    try {
      await this.#answer;
      for (const track of this.#ports.tracks()) await this.#peer?.setTrack(track.kind as "audio" | "video", track);
    } catch {
      this.#fail();
    }
  }

  /** Sends no more of a kind. */
  stopTrack(kind: "audio" | "video"): void {
    this.#peer?.setTrack(kind, null).catch(() => {});
  }

  /** Tells the other side what this one sends now, and keeps it for a reload. */
  saySending(): void {
    if (!this.#described || this.#closed) return;
    const { chatId, callId } = this.info;
    const { microphone, camera } = this.#ports.local();
    this.#ports.send({ type: "call:media", chatId, callId, audio: microphone, video: camera, screen: false });
    this.#ports.env.save(JSON.stringify({ callId, microphone, camera } satisfies Sending));
  }

  // --- What the other side says ----------------------------------------------------------------------------------------

  answered(answer: Answer): void {
    this.#peer?.negotiate(answer, this.#isPolite).catch(() => this.#fail());
  }

  candidate(candidate: Candidate | null): void {
    this.#peer?.addCandidate(candidate);
  }

  /** The other side's signaling. `reloaded` (R13): its peer connection is gone with its page, and a new one is offered. */
  peer(state: ServerMessages["call:peer"]["state"]): void {
    this.#peerAway = state === "reconnecting";
    if (state === "reloaded") {
      this.#peer?.close();
      this.#peer = this.#newPeer();
      this.#transport = "new";
      const { chatId, callId } = this.info;
      this.#offer((description) => ({ type: "call:negotiate", chatId, callId, description }));
    }
    this.#ports.onChange();
  }

  /** R15: an offer or answer inside the call. */
  async negotiate(description: Description): Promise<void> {
    const peer = this.#peer ??= this.#newPeer();
    try {
      const answer = await peer.negotiate(description, this.#isPolite);
      if (answer === null || peer !== this.#peer || this.#closed) return;
      const { chatId, callId } = this.info;
      this.#ports.send({ type: "call:negotiate", chatId, callId, description: answer });
      this.#released();
      await this.sendTracks();
      this.saySending();
    } catch {
      if (peer === this.#peer) this.#fail();
    }
  }

  close(): void {
    this.#closed = true;
    this.#cancelTimer();
    this.#peer?.close();
    this.#ports.env.save(null);
  }

  // --- Small parts -----------------------------------------------------------------------------------------------------

  /** Perfect negotiation (W3C WebRTC, section 10.7): the callee gives way. */
  get #isPolite(): boolean {
    return this.info.role === "callee";
  }

  async #offer(message: (offer: Offer) => ClientMessage): Promise<void> {
    const peer = this.#peer!;
    this.#described = false;
    try {
      const offer = await peer.offer(this.info.media, this.#ports.tracks());
      if (peer !== this.#peer || this.#closed) return;
      this.#ports.send(message(offer));
      this.#released();
    } catch {
      if (peer === this.#peer) this.#fail();
    }
  }

  /** This side's description was sent: its candidates may follow, and word of what it sends. */
  #released(): void {
    this.#described = true;
    this.#peer!.release();
    this.saySending();
  }

  #newPeer(): Peer {
    const { chatId, callId } = this.info;
    const isCurrent = (): boolean => peer === this.#peer && !this.#closed;
    const peer: Peer = new Peer(this.#ports.env, this.#ports.iceServers, {
      onCandidate: (candidate) => this.#ports.send({ type: "call:ice-candidate", chatId, callId, candidate }),
      onState: (state) => isCurrent() && this.#moved(state),
      onRemote: (stream) => {
        if (!isCurrent()) return;
        this.remote = stream;
        this.#ports.onChange();
      },
    });
    return peer;
  }

  #moved(state: RTCPeerConnectionState): void {
    this.#transport = state;
    if (state === "connected") this.#since ??= this.#ports.env.now();
    if (state === "failed") this.#fail();
    else this.#ports.onChange();
  }

  #fail(): void {
    if (this.#closed) return;
    this.#ports.onFailure();
  }
}

/** What of this device was on before a reload. */
export interface Sending {
  readonly callId: string;
  readonly microphone: boolean;
  readonly camera: boolean;
}

/** What was on in this call before a reload; nothing where that is not known. */
export function sendingBefore(env: Environment, callId: string): Sending {
  const nothing = { callId, microphone: false, camera: false };
  try {
    const kept: Sending | null = JSON.parse(env.load() ?? "null");
    return kept?.callId === callId ? kept : nothing;
  } catch {
    return nothing;
  }
}
