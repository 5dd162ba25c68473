import { useEffect, useRef } from "preact/hooks";

/** Quieter than this, in dB below full scale, is silence on the meter. */
const FLOOR_DB = -60;
/** How often screen readers may be told, in ms. */
const TELL_MS = 1_000;

/** How loud the microphone is, while it is open. */
export function Meter({ stream, label }: { stream: MediaStream | null; label: string }) {
  const meter = useRef<HTMLDivElement>(null);
  const track = stream?.getAudioTracks()[0];
  useEffect(() => {
    if (!track) return;
    const audio = new AudioContext();
    const analyser = new AnalyserNode(audio, { fftSize: 1024 });
    audio.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let frame = 0;
    let told = 0;
    let loudest = 0;
    const draw = (now: number) => {
      frame = requestAnimationFrame(draw);
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      const level = Math.max(0, 1 - 10 * Math.log10(power + 1e-9) / FLOOR_DB);
      meter.current!.style.setProperty("--level", level.toFixed(2));
      loudest = Math.max(loudest, level);
      if (now - told < TELL_MS) return;
      meter.current!.ariaValueNow = String(Math.round(loudest * 100));
      told = now;
      loudest = 0;
    };
    frame = requestAnimationFrame(draw);
    return () => {
      cancelAnimationFrame(frame);
      audio.close();
    };
  }, [track]);
  return (
    <div
      class="meter"
      ref={meter}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={0}
    />
  );
}
