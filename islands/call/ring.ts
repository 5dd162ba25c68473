/** Sound, vibration and page title of a ringing call, made without any asset. */

const RING_EVERY_MS = 3000;
const TITLE_EVERY_MS = 1000;

/** A small bell: the partials of a strike, each as a ratio to the lowest, its loudness, and its length in seconds. */
const bell = [[1, 0.5, 1.6], [2, 0.3, 1.1], [3, 0.12, 0.7], [4.2, 0.08, 0.4]] as const;
/** Two strikes, a fourth apart: pitch in Hz, and seconds after the start. */
const strikes = [[659.3, 0], [880, 0.28]] as const;

/** Draws attention until the returned function is called. */
export function startRinging(title: string): () => void {
  const audio = new AudioContext();
  const quietTitle = document.title;
  const vibrate = (pattern: number[]) => navigator.userActivation?.hasBeenActive && navigator.vibrate?.(pattern);
  const ring = () => {
    // A page nobody has touched yet may neither sound nor vibrate; it keeps trying, since a touch may come.
    audio.resume().catch(() => {});
    if (audio.state === "running") strikeBell(audio);
    vibrate([300, 150, 300]);
  };
  const flash = () => document.title = document.title === quietTitle ? title : quietTitle;

  ring();
  flash();
  const rings = setInterval(ring, RING_EVERY_MS);
  const flashes = setInterval(flash, TITLE_EVERY_MS);
  return () => {
    clearInterval(rings);
    clearInterval(flashes);
    document.title = quietTitle;
    vibrate([]);
    audio.close();
  };
}

function strikeBell(audio: AudioContext) {
  for (const [pitch, delay] of strikes) {
    for (const [ratio, loudness, seconds] of bell) {
      const start = audio.currentTime + delay;
      const tone = new OscillatorNode(audio, { frequency: pitch * ratio });
      const level = new GainNode(audio, { gain: 0 });
      level.gain.setValueAtTime(0, start);
      level.gain.linearRampToValueAtTime(loudness * 0.4, start + 0.01);
      level.gain.exponentialRampToValueAtTime(0.0001, start + seconds);
      tone.connect(level).connect(audio.destination);
      tone.start(start);
      tone.stop(start + seconds);
    }
  }
}
