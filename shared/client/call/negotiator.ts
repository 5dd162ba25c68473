/**
 * The negotiation of one peer connection: its offers and answers, one after the other, and what may follow them. It is thrown away with
 * the peer connection; once closed it says and sends nothing more, so nobody need ask whose promise resolves late.
 */

import type { Platform } from "../platform/platform.ts";
import type { LinkMessage, LinkNews } from "./link_ports.ts";
import type { Answer, Description, Offer } from "./negotiation.ts";
import { Peer } from "./peer.ts";
import type { PeerOptions } from "./peer_ports.ts";
import type { Section, Tracks } from "./media_sections.ts";

/** What a negotiator needs of the link. */
export interface NegotiatorPorts {
  readonly platform: Pick<Platform, "rtc" | "media">;
  /** Perfect negotiation (W3C WebRTC, section 10.7): whether this side gives way. */
  readonly isPolite: boolean;
  /** The media sections of the call, over all peer connections; gains those that the other side adds. */
  readonly sections: Set<Section>;
  /** Both sides have a description, of whichever peer connection: more can be offered. */
  isAnswered(): boolean;
  tracks(): Tracks;
  adapt(): Promise<void> | undefined;
  send(message: LinkMessage): void;
  onNews(news: LinkNews): void;
  /** The other side took a description, or gave one. */
  onAnswered(): void;
  onPeerRestarted(): void;
  onState(state: RTCPeerConnectionState): void;
  /** The other side opened a data channel. */
  onChannel(): void;
  /** A description could not be made, or not be applied. */
  onFailed(error: unknown): void;
}

export class Negotiator {
  readonly peer: Peer;
  readonly #ports: NegotiatorPorts;
  readonly #isOfferer: boolean;
  /** Exchanges run one after the other: two at once would be collisions of a side with itself. */
  #turn: Promise<unknown> = Promise.resolve();
  /** The answer, made while it rings and sent on accept. */
  #prepared: Promise<Answer> | null = null;
  #isClosed = false;

  /** `isOfferer`: the first offer is this side's. Throws `NoPeerConnection` where there is no WebRTC. */
  constructor(options: PeerOptions, ports: NegotiatorPorts, isOfferer: boolean) {
    this.#ports = ports;
    this.#isOfferer = isOfferer;
    this.peer = new Peer(ports.platform, options, {
      isPolite: ports.isPolite,
      onCandidate: (candidate) => ports.send({ type: "call:ice-candidate", candidate }),
      onState: (state) => this.#isClosed || ports.onState(state),
      onDropped: () => ports.onNews({ type: "candidate-dropped" }),
      onChannel: () => this.#isClosed || ports.onChannel(),
      onRemote: (streams) => this.#isClosed || ports.onNews({ type: "remote", streams }),
    });
  }

  close(): void {
    this.#isClosed = true;
    this.peer.close();
  }

  // --- The first exchange ----------------------------------------------------------------------------------------------

  /** Offers all there are sections for. */
  offer(send: (offer: Offer) => void): Promise<void> {
    return this.#inTurn(async () => {
      this.peer.sections.add(this.#ports.sections, this.#ports.tracks());
      const offer = await this.peer.offer();
      if (this.#isClosed) return;
      send(offer);
      this.#released();
    });
  }

  /** What can be done while it rings. This side's candidates wait for `accept`, and so does everything it sends. */
  async prepare(offer: Offer): Promise<void> {
    const prepare = async () => {
      const answer = await this.peer.prepareAnswer(offer);
      if (this.#ports.platform.rtc.canAnswerEarly) await this.peer.applyAnswer(answer);
      return answer;
    };
    await (this.#prepared = prepare());
  }

  /** Sends the answer that was prepared. */
  async accept(): Promise<void> {
    const answer = await this.#prepared!;
    if (!this.#ports.platform.rtc.canAnswerEarly) await this.peer.applyAnswer(answer);
    if (this.#isClosed) return;
    this.#ports.send({ type: "call:answer", answer });
    this.#ports.onAnswered();
    this.#released();
  }

  // --- In the running call ---------------------------------------------------------------------------------------------

  /** Sends the tracks there are, and offers what is not agreed on. */
  sendTracks(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#prepared;
      await this.#putTracks();
    });
  }

  /** The data channel with a label, if there is one, or this side is the one to open it, being the one whose first offer can bring it. */
  channel(label: string): RTCDataChannel | null {
    const channel = this.peer.channel(label, this.#isOfferer);
    // Before this side's description is sent, the channel is in the first offer, or offered once that is answered.
    if (this.peer.isFlushed) this.sendTracks();
    return channel;
  }

  /** R15: an offer or answer of the other side. */
  negotiate(description: Description): Promise<void> {
    const { peer } = this;
    return this.#inTurn(async () => {
      const before = peer.remoteUfrag;
      const answer = await peer.negotiate(description, this.#ports.isPolite);
      if (answer !== null && peer.remoteUfrag !== before) this.#ports.onPeerRestarted();
      if (this.#isClosed) return;
      // The offer was ignored where this side's own stands, which may have been lost.
      if (description.type === "offer") this.repeatOffer();
      for (const section of peer.sections.all) this.#ports.sections.add(section);
      // Where both pages were reloaded, the side that offers has no other sign that the call is answered.
      if (answer !== null || description.type === "answer") this.#ports.onAnswered();
      if (answer !== null) {
        this.#say(answer);
        this.#released();
      }
      await this.#putTracks();
      if (answer !== null) this.#ports.onNews({ type: "described" });
    });
  }

  /** An ICE restart; or, where an offer is pending, that one again: it or its answer may be lost. */
  restart(): void {
    if (this.repeatOffer()) return;
    this.peer.restart();
    this.#ports.onNews({ type: "restarted", by: "me" });
    this.sendTracks();
  }

  /** Sends an offer again that has no answer; false where there is none. */
  repeatOffer(): boolean {
    const offer = this.peer.pendingOffer;
    if (offer !== null) this.#say(offer);
    return offer !== null;
  }

  // --- Small parts -----------------------------------------------------------------------------------------------------

  /** Runs a step of negotiation after those before it; one that fails ends the call, unless this peer connection was given up. */
  #inTurn(step: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(() => this.#isClosed ? undefined : step())
      .catch((error) => this.#isClosed || this.#ports.onFailed(error)).then(() => {});
    this.#turn = turn;
    return turn;
  }

  async #putTracks(): Promise<void> {
    const tracks = Object.entries(this.#ports.tracks());
    await Promise.all(tracks.map(([section, track]) => this.peer.sections.setTrack(section as Section, track)));
    await this.#ports.adapt();
    if (!this.#ports.isAnswered() || !this.peer.negotiationNeeded) return;
    const offer = await this.peer.offer();
    if (!this.#isClosed) this.#say(offer);
  }

  #say(description: Description): void {
    this.#ports.send({ type: "call:negotiate", description });
  }

  /** This side's description was sent: its candidates may follow. */
  #released(): void {
    this.peer.flush();
    this.#ports.onNews({ type: "described" });
  }
}
