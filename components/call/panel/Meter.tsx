import { useEffect, useRef } from "preact/hooks";
import { levelMeter } from "../../../shared/client/platform/browser/level_meter.ts";

/** How often screen readers may be told, in ms. */
const TELL_MS = 1_000;

/** How loud the microphone is, while it is open. */
export function Meter({ stream, label }: { stream: MediaStream | null; label: string }) {
  const meter = useRef<HTMLDivElement>(null);
  const track = stream?.getAudioTracks()[0];
  useEffect(() => {
    if (!track) return;
    const microphone = levelMeter(track);
    let frame = 0;
    let told = 0;
    let loudest = 0;
    const draw = (now: number) => {
      frame = requestAnimationFrame(draw);
      const level = microphone.level();
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
      microphone.close();
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
