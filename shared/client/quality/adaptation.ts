/** Watches a call second by second, moves it on the ladder, and has the senders follow. Loaded when there is a call. */

import type { Step } from "../../protocol/server_messages.ts";
import type { Clock } from "../platform/platform.ts";
import type { Section } from "../call/media_sections.ts";
import type { Quality } from "../state.ts";
import { Appraisal, type AppraisalPorts } from "./appraisal.ts";
import { type EncoderLoad, loadAfter, UNLOADED } from "./encoder_load.ts";
import { advance, BITRATES, type Ladder, START } from "./ladder.ts";
import { cameraOf, LINES, voiceOf } from "./sending.ts";
import { type Look, lookAt, type Sample, sampleOf } from "./samples.ts";

/** How often it looks, in ms. */
const EVERY_MS = 1_000;
/** Samples to skip once another candidate pair is selected: they cover both paths. */
const SKIPPED_SAMPLES = 3;
/** A screen keeps its size, or nobody could read it: it is shown less often instead. */
const SCREEN_FPS: Readonly<Record<Step, number>> = { high: 15, medium: 8, low: 3, paused: 1, audio: 1 };
/** Sections that carry pictures. */
const PICTURES = ["video", "screen"] as const;
/** An order that a sender takes with its parameters. */
const WHOLE_PICTURE = { encodingOptions: [{ keyFrame: true }] };

/** What adaptation needs of the call. */
export interface AdaptationPorts extends AppraisalPorts {
  readonly clock: Clock;
  stats(): Promise<RTCStatsReport>;
  transceiver(section: Section): RTCRtpTransceiver | undefined;
  /** No higher than this. */
  ceiling(): Step;
  onChange(quality: Quality): void;
}

export class Adaptation {
  readonly #ports: AdaptationPorts;
  readonly #appraisal: Appraisal;
  #ladder: Ladder = START;
  #load: EncoderLoad = UNLOADED;
  #before: Look | null = null;
  /** Samples still to skip. */
  #toSkip = 0;
  /** The parameters that each sender was given last. */
  readonly #applied = new WeakMap<RTCRtpSender, string>();
  /** Senders whose next picture has to be a whole one. */
  readonly #stale = new WeakSet<RTCRtpSender>();
  #cancelTimer = () => {};
  #isClosed = false;

  constructor(ports: AdaptationPorts) {
    this.#ports = ports;
    this.#appraisal = new Appraisal(ports);
    this.#look();
  }

  /** Tells the senders what the step is: also those that have just been given a track. Never rejects. */
  async apply(): Promise<void> {
    const { step } = this.#ladder;
    await Promise.all([
      this.#tell("audio", (_, [codec]) => voiceOf(step, codec)),
      this.#tell("video", (track, codecs) => cameraOf(this.#ladder, this.#load, linesOf(track), codecs)),
      this.#tell("screen", () => ({
        active: step !== "audio",
        maxFramerate: SCREEN_FPS[step],
        maxBitrate: Math.max(BITRATES[step].takes, BITRATES.low.takes) * 1000,
      })),
    ]);
  }

  /**
   * Another candidate pair is selected: starts over, since loss that the other side goes on to report was on the path before; but where all
   * was well, not with a smaller picture.
   */
  reset(): void {
    const { step } = this.#ladder;
    this.#ladder = { ...START, step: step === "high" ? step : START.step };
    this.#toSkip = SKIPPED_SAMPLES;
    this.apply();
  }

  /**
   * Media goes through again after a gap. Pictures that build on lost ones are of no use, and a browser asks for a whole one every
   * three seconds only: it is sent unasked (W3C WebRTC Extensions, `RTCEncodingOptions`; other browsers than Chromium leave it).
   */
  refresh(): void {
    for (const section of PICTURES) {
      const sender = this.#sender(section);
      if (sender?.track) this.#stale.add(sender);
    }
    this.apply();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelTimer();
  }

  async #look(): Promise<void> {
    const { clock, stats } = this.#ports;
    const now = await stats().then((report) => lookAt(report, clock.now()), () => null);
    if (this.#isClosed) return;
    if (now !== null && this.#before !== null) {
      const peerCamera = this.#ports.transceiver("video")?.receiver.track.id;
      this.#move(sampleOf(this.#before, now, this.#camera?.id ?? null, peerCamera));
    }
    this.#before = now;
    this.#cancelTimer = clock.after(EVERY_MS, () => this.#look());
  }

  #move(sample: Sample): void {
    const { ceiling, onChange } = this.#ports;
    // Without a picture to send nothing can be learned of what the network has room for.
    const sends = PICTURES.some((section) => this.#sender(section)?.track);
    if (this.#toSkip > 0) this.#toSkip--;
    else {this.#ladder = sends
        ? advance(this.#ladder, sample, ceiling())
        : { ...START, step: lower(START.step, ceiling()) };}
    const { step } = this.#ladder;
    if (this.#camera && BITRATES[step].takes > 0) this.#load = loadAfter(this.#load, sample, LINES[step]);
    this.apply();
    const load = this.#camera ? this.#load : UNLOADED;
    onChange({ step, sample, ...this.#appraisal.after(sample, sends ? step : null, load) });
  }

  #sender(section: Section): RTCRtpSender | undefined {
    return this.#ports.transceiver(section)?.sender;
  }

  get #camera(): MediaStreamTrack | null | undefined {
    return this.#sender("video")?.track;
  }

  async #tell(
    section: Section,
    wanted: (track: MediaStreamTrack, codecs: readonly RTCRtpCodec[]) => Partial<RTCRtpEncodingParameters>,
  ): Promise<void> {
    const sender = this.#sender(section);
    if (!sender?.track) return;
    const isStale = this.#stale.delete(sender);
    try {
      const parameters = sender.getParameters();
      const encoding = wanted(sender.track, parameters.codecs ?? []);
      const text = JSON.stringify([sender.track.id, encoding]);
      if (this.#applied.get(sender) === text && !isStale) return;
      this.#applied.set(sender, text);
      Object.assign(parameters.encodings[0]!, encoding);
      if (section !== "audio") {
        Object.assign(parameters, {
          degradationPreference: section === "screen" ? "maintain-resolution" : "maintain-framerate",
        });
      }
      await sender.setParameters(parameters, isStale ? WHOLE_PICTURE : undefined);
    } catch {
      // A sender that is being negotiated refuses; the next second tells it again.
      this.#applied.delete(sender);
      if (isStale) this.#stale.add(sender);
    }
  }
}

function lower(step: Step, ceiling: Step): Step {
  return LINES[ceiling] < LINES[step] ? ceiling : step;
}

/** The shorter side: a phone that is held upright has its lines the other way. */
function linesOf(track: MediaStreamTrack): number {
  const { width = 1280, height = 720 } = track.getSettings();
  return Math.min(width, height);
}
