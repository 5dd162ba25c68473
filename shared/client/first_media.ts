/** The first that comes of the other side: what is not needed for it waits until then, and does not compete with it. */

import type { Environment } from "./ports.ts";

/** How often it is looked for, in ms; without a picture for this long, there is a voice only. */
const EVERY_MS = 50;
const VOICE_ONLY_MS = 3_000;

/**
 * Calls `onFirst` once the first picture of the other side was decoded; where it sends none, for its voice. `stats` may reject: then
 * nothing is known yet. The result ends the wait.
 */
export function awaitFirstMedia(
  { after }: Pick<Environment, "after">,
  stats: () => Promise<RTCStatsReport>,
  onFirst: () => void,
): () => void {
  let isOver = false;
  let cancelTimer = () => {};
  const look = async (looks: number) => {
    const report = await stats().catch(() => null);
    if (isOver) return;
    let [frames, packets] = [0, 0];
    report?.forEach(({ type, framesDecoded = 0, packetsReceived = 0 }) => {
      if (type !== "inbound-rtp") return;
      frames += framesDecoded;
      packets += packetsReceived;
    });
    if (frames > 0 || packets > 0 && looks * EVERY_MS > VOICE_ONLY_MS) return onFirst();
    cancelTimer = after(EVERY_MS, () => look(looks + 1));
  };
  look(0);
  return () => {
    isOver = true;
    cancelTimer();
  };
}
