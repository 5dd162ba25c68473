/**
 * A client that is not ours: a browser's bare peer connection on a page that has nothing of the product, and a
 * signaling socket that this process holds. What it sends may be rewritten, to what other WebRTC stacks send.
 */

import { BEARER_PREFIX, SIGNAL_PATH, SUBPROTOCOL } from "../../shared/protocol/constants.ts";
import type { Candidate } from "../../shared/protocol/candidate.ts";
import { Guest } from "./guest.ts";
import type { Browser, Page } from "./packages.ts";
import { until } from "./until.ts";
import { Wire } from "./wire.ts";

/** How another stack writes what it sends. */
export interface Variation {
  /** How descriptions are written. Candidates are not in them. */
  readonly sdp?: (sdp: string) => string;
  /** How candidates are written. */
  readonly candidate?: (candidate: Candidate) => Candidate;
}

type Globals = { pc: RTCPeerConnection };

export class ThirdPartyClient implements AsyncDisposable {
  readonly wire: Wire;
  readonly #page: Page;
  readonly #chatId: string;

  private constructor(wire: Wire, page: Page, chatId: string) {
    this.wire = wire;
    this.#page = page;
    this.#chatId = chatId;
  }

  /** Joins the chat at this URL. */
  static async enter(browser: Browser, chat: string, name = "Foreign"): Promise<ThirdPartyClient> {
    const { origin, pathname } = new URL(chat);
    const chatId = pathname.split("/").at(-1)!;
    const guest = await Guest.named(origin, name);
    await guest.post(`/api/chats/${chatId}/join`);
    const url = `${origin.replace("http", "ws")}${SIGNAL_PATH}`;
    const token = guest.cookie!.split("=")[1]!;
    const wire = new Wire(new WebSocket(url, [SUBPROTOCOL, BEARER_PREFIX + token]));
    await wire.next("welcome");
    const page = await browser.newPage();
    await page.goto(`${origin}/healthz`);
    return new ThirdPartyClient(wire, page, chatId);
  }

  /** Answers the call that rings. Candidates of the other side are not taken: media comes only if the other side takes these. */
  async answer(variation: Variation = {}): Promise<void> {
    const { offer } = await this.wire.reaches("call:offer");
    const sdp = await this.#page.evaluate(async (offer) => {
      const pc = (globalThis as unknown as Globals).pc = new RTCPeerConnection({ bundlePolicy: "balanced" });
      await pc.setRemoteDescription(offer);
      const kinds = pc.getTransceivers().map(({ receiver }) => receiver.track.kind);
      const constraints = { audio: kinds.includes("audio"), video: kinds.includes("video") };
      const stream = await navigator.mediaDevices.getUserMedia(constraints);
      for (const track of stream.getTracks()) pc.addTrack(track, stream);
      await pc.setLocalDescription();
      return pc.localDescription!.sdp;
    }, offer);
    this.wire.send({
      type: "call:answer",
      chatId: this.#chatId,
      answer: { type: "answer", sdp: said(sdp, variation) },
    });
    await this.#trickle(variation);
  }

  /** Calls, with these media. */
  async call(kinds: ("audio" | "video")[], variation: Variation = {}): Promise<void> {
    const sdp = await this.#page.evaluate(async (kinds) => {
      const pc = (globalThis as unknown as Globals).pc = new RTCPeerConnection({ bundlePolicy: "max-compat" });
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: kinds.includes("video") });
      for (const track of stream.getTracks()) pc.addTrack(track, stream);
      await pc.setLocalDescription();
      return pc.localDescription!.sdp;
    }, kinds);
    const media = kinds.includes("video") ? "video" : "audio";
    this.wire.send({
      type: "call:initiate",
      chatId: this.#chatId,
      media,
      offer: { type: "offer", sdp: said(sdp, variation) },
    });
    await this.#trickle(variation);
  }

  /** Takes the answer, as a stack that wrote `sdp` so would understand it. */
  async answered(understood: (sdp: string) => string = (sdp) => sdp): Promise<void> {
    const { answer } = await this.wire.reaches("call:answer");
    await this.#page.evaluate(
      (sdp) => (globalThis as unknown as Globals).pc.setRemoteDescription({ type: "answer", sdp }),
      understood(answer.sdp),
    );
  }

  /** Waits until packets of all these have come. */
  async receives(kinds: readonly ("audio" | "video")[]): Promise<void> {
    await until(`${kinds.join(" and ")} from the page`, () =>
      this.#page.evaluate(async (kinds) => {
        const reports = [...(await (globalThis as unknown as Globals).pc.getStats()).values()];
        const comes = (kind: string) =>
          reports.some((report) => report.type === "inbound-rtp" && report.kind === kind && report.packetsReceived > 0);
        return kinds.every(comes);
      }, kinds));
  }

  async hangUp(): Promise<void> {
    this.wire.send({ type: "call:end", chatId: this.#chatId });
    await this.wire.settled();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.wire.close();
    await this.#page.close();
  }

  async #trickle({ candidate = (init) => init }: Variation): Promise<void> {
    const inits = await this.#page.evaluate(async () => {
      const pc = (globalThis as unknown as Globals).pc;
      if (pc.iceGatheringState !== "complete") {
        await new Promise<void>((resolve) =>
          pc.addEventListener("icegatheringstatechange", () => pc.iceGatheringState === "complete" && resolve())
        );
      }
      return pc.localDescription!.sdp.split(/(?=^m=)/m).slice(1).flatMap((section, sdpMLineIndex) =>
        (section.match(/candidate:.*(?=\r\n)/g) ?? []).map((candidate) => ({ candidate, sdpMLineIndex }))
      );
    });
    for (const init of inits) {
      this.wire.sendRaw(JSON.stringify({
        type: "call:ice-candidate",
        chatId: this.#chatId,
        candidate: candidate(init),
      }));
    }
  }
}

function said(sdp: string, { sdp: write = (sdp) => sdp }: Variation): string {
  return write(sdp.replaceAll(/a=(candidate:|end-of-candidates).*\r\n/g, ""));
}
