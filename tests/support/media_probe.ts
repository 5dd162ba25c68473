/** Measures a call within somebody's page: when it was connected, when frames and sound arrived, and by which candidate pair. */

import type { Person } from "./person.ts";
import { until } from "./until.ts";

/** How often the page looks for new frames, in ms. */
const LOOK_MS = 25;

/** By the clock that all pages on this machine share, `Date.now()`. */
export interface MediaTimeline {
  /** The last click on the page. */
  readonly clickedAt: number;
  readonly connectedAt: number;
  /** Every time at which more frames had been decoded than before. */
  readonly framesAt: readonly number[];
  /** Every time at which more packets of sound were there than before. */
  readonly soundAt: readonly number[];
}

/** How long after packets stop frames may still be decoded that had been received, in ms. */
const BUFFERED_MS = 500;

/** How media goes between two people: by the candidate at each end, this one's first (RFC 8445, section 5.1.1). */
export interface Path {
  readonly types: readonly [RTCIceCandidateType, RTCIceCandidateType];
  /** How this end reaches its TURN server, where it uses one. */
  readonly relayProtocol: "udp" | "tcp" | "tls" | null;
  /** Where this end sends to. */
  readonly remoteAddress: string;
}

/** Media goes through a TURN server where either end's candidate is one of a server. */
export function isRelayed({ types }: Path): boolean {
  return types.includes("relay");
}

/** Puts the probe into every page that somebody opens from now on. */
export async function probe({ page }: Person): Promise<void> {
  await page.evaluateOnNewDocument((lookMs) => {
    const globals = globalThis as unknown as { keptConnections: RTCPeerConnection[]; timeline: MediaTimeline };
    const timeline = globals.timeline = {
      clickedAt: 0,
      connectedAt: 0,
      framesAt: [] as number[],
      soundAt: [] as number[],
    };
    addEventListener("click", () => timeline.clickedAt = Date.now(), true);
    const times = { video: timeline.framesAt, audio: timeline.soundAt };
    const counts = { video: 0, audio: 0 };
    setInterval(async () => {
      const connection = globals.keptConnections.at(-1);
      if (connection?.connectionState === "connected") timeline.connectedAt ||= Date.now();
      for (const report of (await connection?.getStats())?.values() ?? []) {
        if (report.type !== "inbound-rtp") continue;
        const kind = report.kind as "video" | "audio";
        const count = kind === "video" ? report.framesDecoded : report.packetsReceived;
        if (count !== counts[kind]) times[kind].push(Date.now());
        counts[kind] = count;
      }
    }, lookMs);
  }, LOOK_MS);
}

/** What the probe in somebody's page has measured. */
export async function timelineOf({ page }: Person): Promise<MediaTimeline> {
  return await page.evaluate(() => (globalThis as unknown as { timeline: MediaTimeline }).timeline);
}

/** How long after `since`, when media stopped, new frames or sound arrived, in ms. */
export async function backAfter(
  person: Person,
  since: number,
  what: "framesAt" | "soundAt" = "framesAt",
  timeoutMs = 20_000,
): Promise<number> {
  const isNew = (at: number) => at > since + BUFFERED_MS;
  const look = async () => (await timelineOf(person))[what].find(isNew);
  return await until(`more ${what}`, look, timeoutMs) - since;
}

/** How the newest connection of somebody's page goes, by its own statistics (W3C WebRTC statistics, `selectedCandidatePairId`). */
export async function pathOf({ page }: Person): Promise<Path> {
  return await page.evaluate(async (): Promise<Path> => {
    const { keptConnections } = globalThis as unknown as { keptConnections: RTCPeerConnection[] };
    const stats = await keptConnections.at(-1)!.getStats();
    const transport = [...stats.values()].find(({ type }) => type === "transport");
    const pair = stats.get(transport.selectedCandidatePairId);
    const [local, remote] = [stats.get(pair.localCandidateId), stats.get(pair.remoteCandidateId)];
    return {
      types: [local.candidateType, remote.candidateType],
      relayProtocol: local.relayProtocol ?? null,
      remoteAddress: remote.address,
    };
  });
}

/** The path once it is a direct one: a relay may be found before. */
export async function directPathOf(person: Person, timeoutMs = 5_000): Promise<Path> {
  return await until("a direct path", async () => {
    const path = await pathOf(person);
    return isRelayed(path) ? null : path;
  }, timeoutMs);
}
