/** A phone's cameras and microphone: pictures and a tone that libwebrtc takes as captured. */

import wrtc from "@roamhq/wrtc";

const { RTCAudioSource, RTCVideoSource } = wrtc.nonstandard;

/** Samples in the ten milliseconds that libwebrtc takes at a time, at this rate in Hz. */
const SAMPLE_RATE = 48_000;
const SAMPLES = SAMPLE_RATE / 100;
/** The tone, in Hz: whole waves in what is taken at a time. */
const TONE_HZ = 700;

/** A device in use. */
export interface Capture {
  readonly track: MediaStreamTrack;
  /** Captures, or does not. */
  setEnabled(on: boolean): void;
  release(): void;
}

/** Two cameras, told apart by their brightness (the luma of an even picture). */
export const LUMA = { user: 200, environment: 60 } as const;
export type Facing = keyof typeof LUMA;

export function openCamera(facing: Facing, width: number, height: number, fps: number): Capture {
  const source = new RTCVideoSource();
  const picture = new Uint8ClampedArray(width * height * 3 / 2).fill(128);
  picture.fill(LUMA[facing], 0, width * height);
  let at = 0;
  return capture(source.createTrack() as MediaStreamTrack, 1000 / fps, () => {
    // A line that moves: encoders send little of what stands still.
    picture.fill(LUMA[facing], at * width, (at + 1) * width);
    at = (at + 1) % height;
    picture.fill(128, at * width, (at + 1) * width);
    source.onFrame({ width, height, data: picture });
  });
}

export function openMicrophone(): Capture {
  const source = new RTCAudioSource();
  const samples = Int16Array.from(
    { length: SAMPLES },
    (_, n) => Math.round(8_000 * Math.sin(2 * Math.PI * TONE_HZ * n / SAMPLE_RATE)),
  );
  return capture(source.createTrack() as MediaStreamTrack, 10, () => {
    source.onData({ samples, sampleRate: SAMPLE_RATE, bitsPerSample: 16, channelCount: 1, numberOfFrames: SAMPLES });
  });
}

function capture(track: MediaStreamTrack, everyMs: number, take: () => void): Capture {
  let isOn = true;
  const timer = setInterval(() => isOn && take(), everyMs);
  return {
    track,
    setEnabled(on) {
      isOn = on;
      track.enabled = on;
    },
    release() {
      clearInterval(timer);
      track.stop();
    },
  };
}
