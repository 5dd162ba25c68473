/** The longest time without a picture in a call. */

import type { Person } from "./person.ts";

/** Watches the newest peer connection of somebody's page. Gives what stops that, and says how long, in ms, no frame was decoded at most. */
export async function watchFrames({ page }: Person): Promise<() => Promise<number>> {
  const watch = await page.evaluateHandle(() => {
    const { keptConnections } = globalThis as unknown as { keptConnections: RTCPeerConnection[] };
    const connection = keptConnections.at(-1)!;
    let [decoded, since, longestMs] = [0, performance.now(), 0];
    const timer = setInterval(async () => {
      const reports = [...(await connection.getStats()).values()];
      const frames = reports.reduce(
        (sum, { type, framesDecoded = 0 }) => type === "inbound-rtp" ? sum + framesDecoded : sum,
        0,
      );
      longestMs = Math.max(longestMs, performance.now() - since);
      if (frames <= decoded) return;
      decoded = frames;
      since = performance.now();
    }, 100);
    const stop = () => {
      clearInterval(timer);
      return Math.round(longestMs);
    };
    return { stop };
  });
  return () => watch.evaluate(({ stop }) => stop());
}
