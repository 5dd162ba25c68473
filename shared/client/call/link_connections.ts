/** The peer connections of a link, one after the other, and the data channels that features have over each in turn. */

import { bundlePolicyFor } from "./media_sections.ts";
import type { Offer } from "./negotiation.ts";
import { Negotiator, type NegotiatorPorts } from "./negotiator.ts";
import type { PeerOptions } from "./peer_ports.ts";

/** Takes each data channel of a label, the same one maybe more than once; `closed`: the call is over. */
export type ChannelUser = (line: RTCDataChannel | "closed") => void;

export class LinkConnections {
  readonly #ports: NegotiatorPorts;
  readonly #options: () => Omit<PeerOptions, "bundlePolicy">;
  /** The peer connection there is; `null` after a reload, until the other side makes a new offer (R13). */
  current: Negotiator | null = null;
  #isClosed = false;
  /** The offer that rings here, and the peer connection that is ready to answer it. */
  #incoming: { readonly offer: Offer; readonly ready: Promise<Negotiator> } | null = null;
  /** The users of data channels, by label. */
  readonly #channels = new Map<string, ChannelUser>();
  /** How the other side's offers want their sections carried; ours are bundled until then. */
  #bundlePolicy: RTCBundlePolicy = "max-bundle";

  /** `options`: for a peer connection that is made now. */
  constructor(ports: Omit<NegotiatorPorts, "onChannel">, options: () => Omit<PeerOptions, "bundlePolicy">) {
    this.#ports = { ...ports, onChannel: () => this.#connectChannels() };
    this.#options = options;
  }

  /**
   * Makes another peer connection, in place of the one before. `by`: whose offer it begins with. Throws `NoPeerConnection` where there is
   * no WebRTC.
   */
  connect(by: "me" | "peer"): Negotiator {
    this.current?.close();
    this.current = new Negotiator({ ...this.#options(), bundlePolicy: this.#bundlePolicy }, this.#ports, by === "me");
    this.#connectChannels();
    return this.current;
  }

  /** Has the next peer connection carry its sections as an offer of the other side wants it. */
  bundleLike(sdp: string): void {
    this.#bundlePolicy = bundlePolicyFor(sdp);
  }

  /** Prepares to answer. */
  ring(offer: Offer): Promise<Negotiator> {
    const prepared = async () => {
      this.bundleLike(offer.sdp);
      const current = this.connect("peer");
      await current.prepare(offer);
      return current;
    };
    const ready = prepared();
    this.#incoming = { offer, ready };
    return ready;
  }

  /** Sends the answer that was made while it rang, or (`isStale`) another one. */
  async accept(isStale: boolean): Promise<void> {
    const { offer, ready } = this.#incoming!;
    await (await (isStale ? this.ring(offer) : ready)).accept();
  }

  /** Has the data channel of a label used, over this peer connection and the next ones. */
  channel(label: string, use: ChannelUser): void {
    this.#channels.set(label, use);
    this.#connectChannels();
  }

  close(): void {
    this.#isClosed = true;
    this.current?.close();
    this.#connectChannels();
  }

  #connectChannels(): void {
    for (const [label, use] of this.#channels) {
      const line = this.#isClosed ? "closed" : this.current?.channel(label);
      if (line) use(line);
    }
  }
}
