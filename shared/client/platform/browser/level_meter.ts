/** How loud a microphone is, by Web Audio. */

/** Quieter than this, in dB below full scale, is silence. */
const FLOOR_DB = -60;
/** So many samples are looked at each time: some 40 ms. */
const SAMPLES = 2048;

/** The meter of one track, until it is closed. */
export interface LevelMeter {
  /** From 0, silence, up to 1, full scale; right now. */
  level(): number;
  close(): void;
}

/** Begins to measure. After a gesture only: before one, browsers suspend audio. */
export function levelMeter(track: MediaStreamTrack): LevelMeter {
  const audio = new AudioContext();
  const analyser = new AnalyserNode(audio, { fftSize: SAMPLES });
  audio.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const samples = new Float32Array(SAMPLES);
  return {
    level() {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / SAMPLES;
      return Math.max(0, 1 - 10 * Math.log10(power + 1e-9) / FLOOR_DB);
    },
    close: () => audio.close(),
  };
}
