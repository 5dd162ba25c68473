/** What a network does to the packets of a page's calls, by way of the browser's own emulation. Its signaling is left alone. */

import type { Person } from "./person.ts";

/** A share of packets lost, in percent, and room, in bytes a second. */
export interface NetworkConditions {
  packetLoss?: number;
  throughput?: number;
}

/** Without limits, but in force: rules that come after a peer connection was made are not for it. */
export const UNLIMITED: NetworkConditions = { throughput: 10_000_000 };
/** No packet comes through any more, while the browser goes on to say for five seconds that it is connected. */
export const ALL_LOST: NetworkConditions = { packetLoss: 100 };

/** Has a page's packets go through a network that can be changed. To be called before the page makes a peer connection. */
export async function emulateNetwork({ page }: Person): Promise<(conditions: NetworkConditions) => Promise<void>> {
  const session = await page.createCDPSession();
  const change = async ({ packetLoss = 0, throughput = UNLIMITED.throughput! }: NetworkConditions) => {
    const room = { uploadThroughput: throughput, downloadThroughput: throughput };
    await session.send("Network.emulateNetworkConditions", { offline: false, latency: 0, ...room, packetLoss });
  };
  await change(UNLIMITED);
  return change;
}
