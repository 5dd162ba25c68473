/** The media sections of one peer connection: which there are, what is sent in each, and by which codecs. */

import type { Rtc } from "../platform/platform.ts";
import { type CodecOrder, preferCodecs } from "./codecs.ts";
import { addSection, type Section, startSmall, type Tracks, transceiverOf, transceivers } from "./media_sections.ts";

export class PeerSections {
  readonly #pc: RTCPeerConnection;
  readonly #rtc: Pick<Rtc, "videoCodecs">;
  #codecs: CodecOrder;

  constructor(pc: RTCPeerConnection, rtc: Pick<Rtc, "videoCodecs">, codecs: CodecOrder) {
    this.#pc = pc;
    this.#rtc = rtc;
    this.#codecs = codecs;
  }

  /** Those that the call has. */
  get all(): Section[] {
    return (["audio", "video", "screen"] as const).filter((section) => transceiverOf(this.#pc, section));
  }

  /** This side's user chose the codecs. */
  get isInsisting(): boolean {
    return this.#codecs.insisted.length > 0;
  }

  /** Adds sections where there are none, which send `tracks`; the other side has them after the next offer. */
  add(sections: Iterable<Section>, tracks: Tracks): void {
    for (const section of sections) {
      addSection(this.#pc, section, tracks[section] ?? null);
      this.#prefer(section, this.#codecs.offered);
    }
  }

  /** Makes the next offer prefer other video codecs. */
  prefer(codecs: CodecOrder): void {
    this.#codecs = codecs;
    for (const section of this.all) this.#prefer(section, codecs.offered);
  }

  /** Every section that the other side offers is answered in both directions: a side that sends nothing has no track there. */
  async accept(): Promise<void> {
    for (const transceiver of transceivers(this.#pc)) transceiver.direction = "sendrecv";
    for (const section of this.all) this.#prefer(section, this.#codecs.insisted);
    await startSmall(this.#pc);
  }

  /**
   * Sends `track`, without renegotiation where the call has a section for it; or (`null`) nothing there. Before the first exchange
   * of descriptions no section is added: they come with that.
   */
  async setTrack(section: Section, track: MediaStreamTrack | null): Promise<void> {
    const transceiver = transceiverOf(this.#pc, section);
    if (transceiver) {
      // Replacing a track by itself takes a browser tens of milliseconds too. `null` is always set: a track may be on its way there.
      if (track === null || transceiver.sender.track !== track) await transceiver.sender.replaceTrack(track);
    } else if (track !== null && this.#pc.remoteDescription) this.add([section], { [section]: track });
  }

  transceiver(section: Section): RTCRtpTransceiver | undefined {
    return transceiverOf(this.#pc, section);
  }

  #prefer(section: Section, wanted: readonly string[]): void {
    const transceiver = section === "audio" ? undefined : transceiverOf(this.#pc, section);
    if (transceiver) preferCodecs(transceiver, this.#rtc.videoCodecs(), wanted);
  }
}
