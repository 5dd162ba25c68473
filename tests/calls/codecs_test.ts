/** Which codecs a call uses, in a real Chromium: by configuration, by a person's choice before and during a call; and how voices are sent. */

import assert from "node:assert/strict";
import { VIDEO_CODECS, type VideoCodec } from "../../shared/protocol/video_codecs.ts";
import type { Person } from "../support/person.ts";
import { connect, scene } from "../support/scene.ts";
import { until } from "../support/until.ts";

/** What a page receives video in, once it does; such as `VP8`. */
async function videoCodec({ page }: Person): Promise<string> {
  const look = async () => {
    const { keptConnections } = globalThis as unknown as { keptConnections: RTCPeerConnection[] };
    const stats = await keptConnections.at(-1)!.getStats();
    const video = [...stats.values()].find(({ type, kind }) => type === "inbound-rtp" && kind === "video");
    return video?.framesDecoded > 0 && stats.get(video.codecId)?.mimeType.split("/")[1] as string;
  };
  return await until("video comes in some codec", () => page.evaluate(look));
}

/** Waits until video comes in a codec. */
async function comesIn(person: Person, codec: VideoCodec): Promise<void> {
  await until(`video comes in ${codec}`, async () => await videoCodec(person) === codec);
  await person.receives("framesDecoded");
}

async function choose(person: Person, codec: VideoCodec): Promise<void> {
  await (await person.sees("combobox", "Video codec")).select(codec);
}

for (const codec of VIDEO_CODECS) {
  scene(`${codec} is used where it is configured to be preferred`, async (stage) => {
    await connect(stage);
    for (const person of [stage.ada, stage.boris]) await comesIn(person, codec);
  }, { env: { VIDEO_CODECS: codec } });
}

scene("a codec chosen in mid-call is used both ways, by both sides, and in the next call", async (stage) => {
  const { ada, boris } = stage;
  await connect(stage);
  await comesIn(boris, "VP8");
  await boris.click("Settings");
  await choose(boris, "VP9");
  await boris.page.keyboard.press("Escape");
  await comesIn(ada, "VP9");
  await comesIn(boris, "VP9");
  await boris.click("Hang up");
  await ada.hears("Call ended");
  await boris.page.reload();
  await boris.online();
  await connect(stage);
  await comesIn(ada, "VP9");
});

scene("a voice goes first, and a silent one sends next to nothing", async (stage) => {
  const { ada } = stage;
  await connect(stage);
  await stage.boris.receives("audioEnergy");
  const sent = async () =>
    await ada.page.evaluate(async () => {
      const { keptConnections } = globalThis as unknown as { keptConnections: RTCPeerConnection[] };
      const sender = keptConnections.at(-1)!.getSenders().find(({ track }) => track?.kind === "audio")!;
      const report = [...(await sender.getStats()).values()].find(({ type }) => type === "outbound-rtp");
      const { priority, networkPriority } = sender.getParameters().encodings[0]!;
      return { packets: report.packetsSent as number, at: report.timestamp as number, priority, networkPriority };
    });
  /** Packets in two seconds, by the clock of the statistics. */
  const inTwoSeconds = async () => {
    const before = await sent();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const { packets, at } = await sent();
    return Math.round((packets - before.packets) / (at - before.at) * 2_000);
  };
  await until("the voice is sent first", async () => (await sent()).networkPriority === "high", 5_000);
  assert.equal((await sent()).priority, "high");
  const speaking = await inTwoSeconds();
  await ada.click("Mute microphone");
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const muted = await inTwoSeconds();
  // Opus has fifty packets a second; in silence one in 400 ms (RFC 7587, section 3.1.3).
  assert.ok(muted <= 15 && muted < speaking / 2, `${muted} packets beside ${speaking}`);
});
