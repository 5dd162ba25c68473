/**
 * One call that this client has: who it is with, what it is about, since when, and what it was like. What connects the two sides is its
 * link (`link.ts`), and how far the call has come its course's to know (`course/course.ts`). Once closed it says and sends nothing more.
 */

import type { ClientMessage } from "../../protocol/client_messages.ts";
import type { FailureReason } from "../../protocol/formats.ts";
import type { ServerMessages, Step } from "../../protocol/server_messages.ts";
import type { OwnMedia } from "../devices/own_media.ts";
import type { Platform } from "../platform/platform.ts";
import { LateAdaptation } from "../quality/late_adaptation.ts";
import type { SignalSocket, SignalStatus } from "../signaling/socket.ts";
import type { CallInfo, Quality, RemoteMedia } from "../state.ts";
import { keepSending } from "../tab.ts";
import type { CodecOrder } from "./codecs.ts";
import { talkedUntil } from "./duration.ts";
import { reasonOf } from "./failure.ts";
import { Link } from "./link.ts";
import type { LinkMessage, LinkNews, LinkStart } from "./link_ports.ts";
import type { Answer, Description } from "./negotiation.ts";
import type { IceOptions } from "./peer_connection.ts";
import { CallMetrics } from "./receipt.ts";
import type { RemoteStreams } from "./remote_streams.ts";
import type { Section } from "./media_sections.ts";
import { withBandwidthLimit } from "./sdp_munging.ts";

/** What a call needs of the client it belongs to. */
export interface CallPorts {
  readonly platform: Pick<Platform, "rtc" | "media" | "storage" | "clock">;
  /** Which ways media may take, now. */
  ice(): IceOptions;
  codecs(): CodecOrder;
  /** What this side has to send, and whether it does. */
  readonly media: Pick<OwnMedia, "tracks" | "shown" | "isWanted">;
  readonly signal: Pick<SignalSocket, "send" | "sendNow" | "withdraw" | "check" | "pongAt">;
  /** Whether the signaling socket is open, is away and may come back, or is gone for good, when the call begins. */
  readonly signaling: SignalStatus;
  /** How long a side may be away, in ms. */
  readonly graceMs: number;
  /** The user wants little data used. */
  isSaving(): boolean;
  /** What the other side sends, by its own word. */
  remote(): RemoteMedia;
  onQuality(quality: Quality): void;
  /** What the other side sends is in other streams. */
  onRemote(remote: RemoteStreams): void;
  onNews(news: CallNews): void;
}

/** What the course of the call is told of its connection; the course says what each means. */
export type CallNews =
  | { readonly type: "placed" | "answered" | "stale" | "no-webrtc" }
  | { readonly type: "progress"; readonly since: number | null; readonly isWell: boolean }
  | { readonly type: "failed"; readonly reason: FailureReason };

export class Call {
  readonly info: CallInfo;
  /** What connects the two sides. */
  readonly link: Link;
  readonly #ports: CallPorts;
  /** What it was like so far. */
  readonly metrics: CallMetrics;
  readonly #adaptation: LateAdaptation;
  /** What quality reports go over. */
  #line: RTCDataChannel | "closed" | undefined;
  /** How much video this side sends; `undefined` until that is found out. */
  #step: Step | undefined;
  /** The callee, where the chat has several other members. */
  #to: string | undefined;
  #since: number | null = null;
  /** Since when the other side's signaling, and the connection, has been away. */
  #awayAt: number | null = null;
  #lostAt: number | null = null;

  /**
   * A call that this user places, or (`offer`) that rings, or (`rejoin`) that a reload interrupted. One that is placed throws
   * `NoPeerConnection` where there is no WebRTC; one that rings says so by `onNews`.
   */
  constructor(ports: CallPorts, info: CallInfo, start: LinkStart) {
    const { platform, media, signal } = ports;
    this.#ports = ports;
    this.info = info;
    this.metrics = new CallMetrics(platform.clock.now);
    this.#adaptation = new LateAdaptation({
      clock: platform.clock,
      stats: () => this.link.stats(),
      transceiver: (section) => this.link.transceiver(section),
      ceiling: () => ports.isSaving() ? "medium" : "high",
      signal,
      line: () => this.#line,
      remote: ports.remote,
      onChange: (quality) => this.#adapted(quality),
    });
    this.link = new Link({
      platform,
      role: info.role,
      graceMs: ports.graceMs,
      signaling: ports.signaling,
      sections: info.media === "video" ? ["audio", "video"] : ["audio"],
      ice: ports.ice,
      codecs: ports.codecs,
      tracks: () => media.tracks,
      adapt: () => this.#adaptation.loaded?.apply(),
      send: (message) => this.#send(message),
      checkSignaling: () => signal.check(),
      onNews: (news) => this.#hear(news),
    }, start);
    this.link.channel("quality", (line) => this.#line = line);
  }

  /** When media first flowed, on the monotonic clock. */
  get since(): number | null {
    return this.#since;
  }

  /** When the two last had each other, on the monotonic clock; `null` where they never had. `sends`: the other side says it sends something. */
  talkedUntil(sends: boolean): number | null {
    if (this.#since === null) return null;
    const [mediaAt, awayAt, lostAt] = [this.link.lastMediaAt, this.#awayAt, this.#lostAt];
    const until = talkedUntil({ now: this.#ports.platform.clock.now(), mediaAt, awayAt, lostAt, sends });
    return Math.max(until, this.#since);
  }

  // --- What this side does ---------------------------------------------------------------------------------------------

  /** Makes and sends the offer that starts the call; `to` where the chat has several other members. */
  place(to?: string): void {
    this.#to = to;
    this.metrics.reached("placed");
    this.link.place();
  }

  /** The callee's: it still rings for the server, so the answer was lost on the way. What waits may follow an answer only. */
  repeatAnswer(): void {
    const { answer } = this.link;
    if (answer) this.#ports.signal.sendNow(this.#answer(answer));
  }

  /** Puts this side's tracks into the call, and offers what it had no section for. */
  sendTracks(): Promise<void> {
    return this.link.sendTracks();
  }

  /** Sends no more in a section. */
  stopTrack(section: Section): void {
    this.link.stopTrack(section);
  }

  /** Tells the other side what this one sends now, and keeps for a reload what it is to send, also where that is still being opened. */
  saySending(): void {
    if (!this.link.isDescribed) return;
    const { media, platform } = this.#ports;
    const { microphone, camera, screen } = media.shown.local;
    const sent = { audio: microphone, video: camera, screen: screen !== null, step: this.#step };
    this.#ports.signal.send({ ...this.#ids, type: "call:media", ...sent });
    const { callId } = this.info;
    keepSending(platform.storage.tab, { callId, microphone: media.isWanted("audio"), camera: media.isWanted("video") });
  }

  close(): void {
    this.link.close();
    this.#adaptation.close();
    keepSending(this.#ports.platform.storage.tab, null);
  }

  // --- What the other side says ----------------------------------------------------------------------------------------

  /** The caller's: somebody accepted. */
  answered(answer: Answer): void {
    this.link.answered(answer).then(() => this.saySending());
  }

  /** The other side's signaling. `reloaded` (R13): its page is another one. */
  peer(state: ServerMessages["call:peer"]["state"]): void {
    this.#awayAt = state === "reconnecting" ? this.#ports.platform.clock.now() : null;
    if (state === "reloaded") this.#ports.signal.withdraw(this.info.callId, state);
    this.link.peer(state);
    if (state === "back") this.saySending();
  }

  /** What the other side sends by its own word. A shared screen may stand still, and then nothing of it comes. */
  peerSends({ audio, video, step = "high" }: Pick<ServerMessages["call:media"], "audio" | "video" | "step">): void {
    const hasPictures = video && step !== "paused" && step !== "audio";
    this.link.peerSends(audio || hasPictures);
  }

  // --- Small parts -----------------------------------------------------------------------------------------------------

  get #ids(): { chatId: string; callId: string } {
    const { chatId, callId } = this.info;
    return { chatId, callId };
  }

  #send(message: LinkMessage): void {
    const send = (message: ClientMessage) => this.#ports.signal.send(message);
    const ids = this.#ids;
    switch (message.type) {
      case "call:initiate": {
        const callee = this.#to === undefined ? {} : { to: this.#to };
        send({ ...ids, ...message, offer: this.#asking(message.offer), media: this.info.media, ...callee });
        return this.#ports.onNews({ type: "placed" });
      }
      case "call:answer":
        return send(this.#answer(message.answer));
      case "call:negotiate":
        return send({ ...ids, ...message, description: this.#asking(message.description) });
      case "call:ice-candidate":
        return send({ ...ids, ...message });
    }
  }

  #answer(answer: Answer): ClientMessage {
    return { ...this.#ids, type: "call:answer", answer: this.#asking(answer) };
  }

  /** A description as the other side gets it. */
  #asking<T extends Description>(description: T): T {
    return this.#ports.isSaving() ? { ...description, sdp: withBandwidthLimit(description.sdp) } : description;
  }

  #hear(news: LinkNews): void {
    const { onNews, onRemote } = this.#ports;
    switch (news.type) {
      case "answered":
        onNews(news);
        return this.metrics.reached("answered");
      case "described":
        return this.saySending();
      case "restarted":
        if (news.by === "me") this.metrics.reconnects++;
        return this.#adaptation.loaded?.reset();
      case "candidate-dropped":
        this.metrics.candidatesDropped++;
        return;
      case "connection":
        return this.#moved(news.state);
      case "remote":
        return onRemote(news.streams);
      case "key-frame-needed":
        return this.#adaptation.loaded?.refresh();
      case "progress":
        return onNews({ type: "progress", since: this.#since, isWell: this.link.isWell });
      case "failed":
        return onNews({ type: "failed", reason: reasonOf(news.cause) });
      case "stale":
      case "no-webrtc":
        return onNews(news);
    }
  }

  #moved(state: RTCPeerConnectionState): void {
    this.#lostAt = state === "connected" ? null : this.#lostAt ?? this.#ports.platform.clock.now();
    if (state !== "connected") return;
    this.#since ??= this.#ports.platform.clock.now();
    this.metrics.reached("connected");
    this.#adaptation.connected(() => this.metrics.reached("frame"));
  }

  #adapted(quality: Quality): void {
    this.metrics.media = quality.figures;
    this.#ports.onQuality(quality);
    if (quality.step === this.#step) return;
    this.#step = quality.step;
    this.saySending();
  }
}
