/** Judges a call second by second: what each side perceives of the other, and why that is weak where it is. */

import type { Step } from "../../protocol/server_messages.ts";
import type { Clock } from "../platform/platform.ts";
import type { Perceived, Quality, Rating, RemoteMedia } from "../state.ts";
import { bottleneckOf, NOTHING_TOLD, tell, WEAK } from "./bottleneck.ts";
import type { EncoderLoad } from "./encoder_load.ts";
import { mediaFigures, withRoundTrip } from "./media_figures.ts";
import { Near, type PingPorts } from "./near.ts";
import { grade, NOTHING_PERCEIVED, perceive, ratingOf } from "./perception.ts";
import { type Report, reportOf, textOf } from "./report.ts";
import type { Sample } from "./samples.ts";

/** Seconds that a report of the other side is good for. */
const GOOD_FOR = 8;
/** Reports that wait for the network are out of date when they leave: with so many bytes before it, one more is left out. */
const MAX_WAITING = 200;

/** What an appraisal needs of the call. */
export interface AppraisalPorts {
  readonly clock: Pick<Clock, "now">;
  readonly signal: PingPorts;
  /** What quality reports go over, if there is something. */
  line(): RTCDataChannel | "closed" | undefined;
  /** What the other side sends, by its own word. */
  remote(): RemoteMedia;
}

export class Appraisal {
  readonly #ports: AppraisalPorts;
  readonly #near: Near;
  #line: RTCDataChannel | null = null;
  #perception = NOTHING_PERCEIVED;
  #roundTrips = { sum: 0, count: 0 };
  /** What the other side told last, and how many seconds ago. */
  #report = reportOf(null);
  #age = 0;
  /** How many seconds ago this side sent nothing, or its last RTCP report came. */
  #unheard = 0;
  #isNearBad: boolean | null = null;
  #told = NOTHING_TOLD;
  /** Every other second a report goes to the other side, and a ping to the server. */
  #isDue = false;

  constructor(ports: AppraisalPorts) {
    this.#ports = ports;
    this.#near = new Near(ports.signal, ports.clock.now);
  }

  /** Takes in one more second, and tells the other side of it. `step`: how much of pictures this side sends; `null`: none. */
  after(sample: Sample, step: Step | null, load: EncoderLoad): Omit<Quality, "step" | "sample"> {
    const remote = this.#ports.remote();
    const pictures = remote.video || remote.screen ? remote.step : null;
    this.#listen();
    if (++this.#age > GOOD_FOR) this.#report = reportOf(null);
    const sends = { voice: remote.audio, pictures: remote.video && WORTH[remote.step] > 1 };
    this.#perception = perceive(this.#perception, sample, sends);
    const { lately, overall } = this.#perception;
    const there = this.#report;
    this.#unheard = sample.lossSent === null && sample.sending.kbps > 0 ? this.#unheard + 1 : 0;
    // Of a network over which no word comes back for so long nothing good can be said.
    const most = Math.min(this.#age, this.#unheard) > GOOD_FOR ? WEAK : 4;
    const sending = Math.min(rated(there, sample.lossSent, sample.rttMs, step), most) as Rating;
    const receiving = rated(lately, sample.lossReceived, sample.rttMs, pictures);
    this.#isDue = !this.#isDue;
    const isWeak = Math.min(sending, receiving) <= WEAK || this.#told.is !== null;
    if (this.#isDue) this.#isNearBad = this.#near.look(isWeak);
    // A page whose processor is busy answers late, whatever the network.
    const isNearBad = load.run > 0 ? null : this.#isNearBad;
    const isSlow = load.size > 0;
    const found = bottleneckOf({ rating: sending, isNearBad, isSlow }, { ...there, rating: receiving });
    this.#told = tell(this.#told, found);
    if (this.#isDue) this.#send({ ...lately, isNearBad, isSlow });
    this.#roundTrips = withRoundTrip(this.#roundTrips, sample);
    const figures = mediaFigures(this.#roundTrips, sample, overall);
    return { sending, receiving, bottleneck: this.#told.is, perceived: { there, here: lately }, figures };
  }

  /** Hears what comes over the data channel of the peer connection that there is now. */
  #listen(): void {
    const line = this.#ports.line();
    if (typeof line !== "object" || line === this.#line) return;
    this.#line = line;
    line.onmessage = ({ data }) => {
      if (line !== this.#line) return;
      this.#report = reportOf(data);
      this.#age = 0;
    };
  }

  #send(report: Report): void {
    const line = this.#line;
    if (line?.readyState === "open" && line.bufferedAmount < MAX_WAITING) line.send(textOf(report));
  }
}

/** What a picture of this size is worth, to who looks at it. */
const WORTH: Readonly<Record<Step, Rating>> = { high: 4, medium: 3, low: 2, paused: 1, audio: 1 };

/**
 * From 4, excellent, to 1, hardly to be used: by what is perceived; where nobody says that, by what Opus and video codecs conceal of loss,
 * and ITU-T G.114 for the delay.
 */
function rated(perceived: Perceived, loss: number | null, rttMs: number | null, step: Step | null): Rating {
  const rating = ratingOf(perceived) ??
    Math.min(grade(loss ?? 0, [0.2, 0.08, 0.02]), grade(rttMs ?? 0, [1_200, 600, 300]));
  return Math.min(rating, step === null ? 4 : WORTH[step]) as Rating;
}
