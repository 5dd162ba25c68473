/** The first that comes of the other side: what is not needed for it waits until then, and does not compete with it. */

import type { Clock } from "../platform/platform.ts";

/** How often it is looked for, and how long, in ms. Without a picture by then there is a voice only, or nobody who sends. */
const EVERY_MS = 50;
const LONGEST_MS = 3_000;

/**
 * Calls `onFirst` once the first picture of the other side was decoded; where it sends none, for its voice. Never where nothing
 * comes in the first seconds: a camera that is turned on minutes later says nothing of how long the call took to begin. `stats` may
 * reject: then nothing is known yet. The result ends the wait.
 */
export function awaitFirstMedia(
  { after, now }: Pick<Clock, "after" | "now">,
  stats: () => Promise<RTCStatsReport>,
  onFirst: () => void,
): () => void {
  let isOver = false;
  let cancelTimer = () => {};
  const until = now() + LONGEST_MS;
  const look = async () => {
    const report = await stats().catch(() => null);
    if (isOver) return;
    let [frames, packets] = [0, 0];
    report?.forEach(({ type, framesDecoded = 0, packetsReceived = 0 }) => {
      if (type !== "inbound-rtp") return;
      frames += framesDecoded;
      packets += packetsReceived;
    });
    const isLate = now() >= until;
    if (frames > 0 || packets > 0 && isLate) onFirst();
    else if (!isLate) cancelTimer = after(EVERY_MS, look);
  };
  look();
  return () => {
    isOver = true;
    cancelTimer();
  };
}
