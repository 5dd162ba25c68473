/**
 * What connects the two sides of one call, over whichever peer connection there is: it is made, given other paths (ICE recovery), and
 * thrown away for another one where a page was reloaded (R13). Whose call it is, and what it was like, the call knows (`call.ts`).
 * Once closed it says and sends nothing more.
 */

import type { Candidate } from "../../protocol/candidate.ts";
import type { ServerMessages } from "../../protocol/server_messages.ts";
import type { SignalStatus } from "../signaling/socket.ts";
import type { Descriptions } from "../state.ts";
import type { CodecOrder } from "./codecs.ts";
import { type FailureCause, failureOf, NO_TRANSPORT, NoPeerConnection } from "./failure.ts";
import { type ChannelUser, LinkConnections } from "./link_connections.ts";
import type { LinkNews, LinkPorts, LinkStart } from "./link_ports.ts";
import type { Answer, Description } from "./negotiation.ts";
import type { Negotiator } from "./negotiator.ts";
import { RecoveryRunner } from "./recovery_runner.ts";
import type { SignalingStatus } from "./recovery_state.ts";
import type { Section } from "./media_sections.ts";

export class Link {
  readonly #ports: LinkPorts;
  readonly #recovery: RecoveryRunner;
  readonly #connections: LinkConnections;

  /** Without WebRTC a link that is placed throws `NoPeerConnection`, and one that rings says so in its news. */
  constructor(ports: LinkPorts, start: LinkStart) {
    this.#ports = ports;
    this.#recovery = new RecoveryRunner({
      clock: ports.platform.clock,
      role: ports.role,
      graceMs: ports.graceMs,
      received: () => this.#connections.current?.peer.received() ?? Promise.resolve(0),
      effects: {
        "restart-ice": () => this.#connections.current?.restart(),
        "check-signaling": ports.checkSignaling,
        "send-key-frame": () => ports.onNews({ type: "key-frame-needed" }),
        "give-up": () =>
          this.#fail(this.#connections.current?.peer.transport(this.#recovery.hasConnected) ?? NO_TRANSPORT),
      },
      onChange: () => this.#say({ type: "progress" }),
    });
    this.#connections = new LinkConnections({
      ...ports,
      isPolite: ports.role === "callee",
      sections: new Set(ports.sections),
      isAnswered: () => this.#recovery.isAnswered,
      onAnswered: () => this.#answered(),
      onPeerRestarted: () => {
        this.#recovery.tell({ type: "peer-restarted" });
        ports.onNews({ type: "restarted", by: "peer" });
      },
      onState: (state) => this.#moved(state),
      onFailed: (error) => this.#fail(failureOf(error)),
    }, () => ({ ice: ports.ice(), codecs: ports.codecs() }));
    this.signaling(ports.signaling);
    if (start === "place") this.#connections.connect("me");
    if (typeof start === "string") return;
    this.#connections.ring(start.offer).catch((error) =>
      error instanceof NoPeerConnection ? ports.onNews({ type: "no-webrtc" }) : this.#fail(failureOf(error))
    );
  }

  /** Media flows, and both sides can be reached. */
  get isWell(): boolean {
    return this.#recovery.isWell;
  }

  /** This side's description was sent: messages about what it sends may follow. */
  get isDescribed(): boolean {
    return !this.#recovery.isClosed && (this.#connections.current?.peer.isFlushed ?? false);
  }

  /** When media last came, on the monotonic clock; `null`: it never did. */
  get lastMediaAt(): number | null {
    return this.#recovery.lastMediaAt;
  }

  /** What both sides agreed on last; `null` before that. */
  get descriptions(): Descriptions | null {
    return this.#connections.current?.peer.descriptions ?? null;
  }

  /** The answer that this side gave; `null` where it gave none. */
  get answer(): Answer | null {
    return this.#connections.current?.peer.appliedAnswer ?? null;
  }

  /** What is known of the connection (W3C WebRTC Statistics); rejects where there is none now. */
  stats(): Promise<RTCStatsReport> {
    return this.#connections.current?.peer.stats() ?? Promise.reject(new Error("No connection now"));
  }

  /** What sends and receives in a section. */
  transceiver(section: Section): RTCRtpTransceiver | undefined {
    return this.#connections.current?.peer.sections.transceiver(section);
  }

  // --- What this side does ---------------------------------------------------------------------------------------------

  /** Makes and sends the offer that starts the call. */
  place(): Promise<void> {
    return this.#connections.current!.offer((offer) => this.#ports.send({ type: "call:initiate", offer }));
  }

  /** Sends the answer that was made while it rang, or (`isStale`) another one. What this side sends may follow later. */
  async accept(isStale: boolean): Promise<void> {
    try {
      await this.#connections.accept(isStale);
    } catch (error) {
      this.#fail(failureOf(error));
    }
  }

  /** Sends the tracks there are, and offers what they had no section for. */
  sendTracks(): Promise<void> {
    return this.#connections.current?.sendTracks() ?? Promise.resolve();
  }

  /** Sends no more in a section. */
  stopTrack(section: Section): void {
    this.#connections.current?.peer.sections.setTrack(section, null).catch(() => {});
  }

  /** Wants video in other codecs, or of less or more data, and offers that. */
  prefer(codecs: CodecOrder): void {
    this.#connections.current?.peer.prefer(codecs);
    this.sendTracks();
  }

  /** There are other servers to gather with, from the next time on. */
  iceChanged(): void {
    this.#connections.current?.peer.useIce(this.#ports.ice());
  }

  /**
   * The seam for features beside voice and pictures: a data channel with a label, over each peer connection of the call in turn. What a
   * feature makes of it is `Channel` (`channel.ts`): messages that arrive in order and each once, whatever becomes of the peer
   * connections. A call in which no feature asks for one has no section for data; a side that knows of none is not disturbed.
   */
  channel(label: string, use: ChannelUser): void {
    this.#connections.channel(label, use);
  }

  close(): void {
    this.#recovery.tell({ type: "close" });
    this.#connections.close();
  }

  // --- What the other side says ----------------------------------------------------------------------------------------

  /** The caller's: somebody accepted. */
  answered(answer: Answer): Promise<void> {
    this.#answered();
    return this.negotiate(answer);
  }

  candidate(candidate: Candidate | null): void {
    this.#connections.current?.peer.addCandidate(candidate);
  }

  /** R15: an offer or answer inside the call. */
  negotiate(description: Description): Promise<void> {
    if (this.#connections.current === null && description.type === "offer") {
      this.#connections.bundleLike(description.sdp);
    }
    const current = this.#connections.current ?? this.#reconnect("peer");
    return current?.negotiate(description) ?? Promise.resolve();
  }

  /** The other side's signaling. `reloaded` (R13): its peer connection is gone with its page, and a new one is offered. */
  peer(state: ServerMessages["call:peer"]["state"]): void {
    if (state === "reloaded") {
      const current = this.#reconnect("me");
      if (current === null) return;
      this.#recovery.tell({ type: "replaced" });
      current.offer((description) => this.#ports.send({ type: "call:negotiate", description }));
    } else {
      if (state === "back") this.#repeatOffer();
      this.#recovery.tell({ type: "peer", isAway: state === "reconnecting" });
    }
    this.#say({ type: "progress" });
  }

  /** By its own `call:media` the other side sends a voice or pictures, or nothing that must arrive. */
  peerSends(isSending: boolean): void {
    this.#recovery.tell({ type: "peer-sends", isSending });
  }

  // --- What the network does -------------------------------------------------------------------------------------------

  /** This side's socket is another one, or gone. */
  signaling(status: SignalStatus): void {
    this.#recovery.tell({ type: "signaling", status: SIGNALING[status] });
  }

  /** The server knows of the call, which stands: an offer that may be lost is repeated, and a lost path is given another one. */
  synced(): void {
    this.#repeatOffer();
    this.#recovery.tell({ type: "synced" });
  }

  /** The network is there again, or another one. */
  networkChanged(): void {
    this.#recovery.tell({ type: "network-changed" });
  }

  // --- Small parts -----------------------------------------------------------------------------------------------------

  /** Another peer connection in place of the one before, for a call that goes on; a browser that makes none any more ends it. */
  #reconnect(by: "me" | "peer"): Negotiator | null {
    try {
      return this.#connections.connect(by);
    } catch (error) {
      this.#fail(failureOf(error));
      return null;
    }
  }

  #repeatOffer(): void {
    if (this.#recovery.isAnswered) this.#connections.current?.repeatOffer();
  }

  #answered(): void {
    this.#ports.onNews({ type: "answered" });
    this.#recovery.tell({ type: "answered" });
  }

  #moved(state: RTCPeerConnectionState): void {
    if (!this.#recovery.isAnswered) {
      if (state === "failed") this.#ports.onNews({ type: "stale" });
      return;
    }
    this.#ports.onNews({ type: "connection", state });
    this.#recovery.tell({ type: "connection", state });
    this.#say({ type: "progress" });
  }

  #fail(cause: FailureCause): void {
    this.#say({ type: "failed", cause });
  }

  #say(news: LinkNews): void {
    if (!this.#recovery.isClosed) this.#ports.onNews(news);
  }
}

const SIGNALING: Record<SignalStatus, SignalingStatus> = {
  open: "open",
  connecting: "away",
  replaced: "gone",
  unauthorized: "gone",
};
