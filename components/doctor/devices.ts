/** Camera and microphone, each opened alone and released right after. */

import type { LevelMeter } from "../../shared/client/platform/browser/level_meter.ts";
import type { Clock, Media } from "../../shared/client/platform/platform.ts";
import { causeOf } from "../../shared/client/devices/causes.ts";
import type { Finding } from "./finding.ts";
import type { Ports } from "./ports.ts";

/** How long a microphone gets to pick up a sound, in ms. */
const LISTEN_MS = 3_000;
const LISTEN_EVERY_MS = 40;
/** The names of W3C Media Capture, `MediaDeviceInfo.kind`. */
const KIND = { camera: "videoinput", microphone: "audioinput" } as const;

/** Whether there is a camera that opens. */
export function checkCamera({ media }: Pick<Ports, "media">): Promise<Finding> {
  return opened(media, "camera", (_, label) => ({ grade: "good", says: "cameraGood", values: { label } }));
}

/** Whether there is a microphone that opens, and hears anything. */
export function checkMicrophone(
  { media, clock, levelMeter }: Pick<Ports, "media" | "clock" | "levelMeter">,
): Promise<Finding> {
  return opened(media, "microphone", async (stream, label) => {
    const isHeard = await hears(levelMeter(stream.getAudioTracks()[0]!), clock);
    return isHeard
      ? { grade: "good", says: "microphoneGood", values: { label } }
      : { grade: "poor", says: "microphoneSilent", values: { label } };
  });
}

async function opened(
  media: Media,
  device: "camera" | "microphone",
  look: (stream: MediaStream, label: string) => Finding | Promise<Finding>,
): Promise<Finding> {
  let stream: MediaStream;
  try {
    stream = await media.getUserMedia(device === "camera" ? { video: true } : { audio: true });
  } catch (error) {
    const isListed = (await media.listDevices()).some(({ kind }) => kind === KIND[device]);
    return { grade: "bad", device, cause: causeOf(error, media.mediaContext(device), isListed) };
  }
  try {
    return await look(stream, stream.getTracks()[0]!.label);
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}

/** Whether there is any sound, within the time that there is for it. */
function hears(meter: LevelMeter, clock: Clock): Promise<boolean> {
  const until = clock.now() + LISTEN_MS;
  return new Promise<boolean>((resolve) => {
    const listen = () => {
      if (meter.level() > 0) resolve(true);
      else if (clock.now() > until) resolve(false);
      else clock.after(LISTEN_EVERY_MS, listen);
    };
    listen();
  }).finally(() => meter.close());
}
