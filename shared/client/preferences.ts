/** What the user prefers on this device, over all calls: a video codec, whether little data is to be used, and which extras are off. */

import { VIDEO_CODECS, type VideoCodec } from "../protocol/video_codecs.ts";
import { type CodecOrder, preferredCodecs } from "./call/codecs.ts";
import type { Platform } from "./platform/platform.ts";
import type { Extra, Role, Snapshot } from "./state.ts";

/** Where the codec that the user chose is remembered. */
const CODEC_KEY = "codec";
/** Where it is remembered that little data is to be used. */
const SAVER_KEY = "saver";
/** Where it is remembered what is turned off: names with commas between them. */
const EXTRAS_KEY = "off";

/** The part of what is shown that is about them. */
type Shown = Pick<Snapshot, "codec" | "saver" | "extrasOff">;

export class Preferences {
  readonly #platform: Pick<Platform, "storage" | "rtc">;
  #shown: Shown;
  /** Video codecs in the order that the server is configured for, and which of them this device encodes with ease. */
  #configured: readonly VideoCodec[] = [];
  #efficient: readonly VideoCodec[] = [];

  constructor(platform: Pick<Platform, "storage" | "rtc">) {
    this.#platform = platform;
    const { kept } = platform.storage;
    const codec = kept.get(CODEC_KEY);
    this.#shown = {
      codec: VIDEO_CODECS.find((name) => name === codec) ?? null,
      saver: kept.get(SAVER_KEY) !== null,
      extrasOff: (kept.get(EXTRAS_KEY)?.split(",") ?? []) as Extra[],
    };
  }

  get shown(): Shown {
    return this.#shown;
  }

  setCodec(codec: VideoCodec | null): void {
    this.#platform.storage.kept.set(CODEC_KEY, codec);
    this.#shown = { ...this.#shown, codec };
  }

  setSaver(saver: boolean): void {
    this.#platform.storage.kept.set(SAVER_KEY, saver ? "on" : null);
    this.#shown = { ...this.#shown, saver };
  }

  setExtra(extra: Extra, on: boolean): void {
    const others = this.#shown.extrasOff.filter((name) => name !== extra);
    const extrasOff = on ? others : [...others, extra];
    this.#platform.storage.kept.set(EXTRAS_KEY, extrasOff.join() || null);
    this.#shown = { ...this.#shown, extrasOff };
  }

  /** Video codecs in the order that the server is configured for. */
  configure(codecs: readonly VideoCodec[]): void {
    const { rtc } = this.#platform;
    this.#configured = codecs;
    // The first question about codecs has a browser start its WebRTC, for tens of milliseconds that no call need wait for then.
    rtc.videoCodecs();
    rtc.efficientCodecs(codecs).then((efficient) => this.#efficient = efficient);
  }

  /** The caller's offer says the order; whoever answers keeps to it, unless its user chose another. */
  codecsFor(role: Role): CodecOrder {
    const { codec } = this.#shown;
    const insisted = codec === null ? [] : [codec];
    const all = preferredCodecs(codec, this.#configured, this.#efficient);
    return { offered: role === "caller" ? all : insisted, insisted };
  }
}
