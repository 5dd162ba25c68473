/** Camera and microphone, each opened alone and released right after. */

import { causeOf } from "../../shared/client/devices/causes.ts";
import type { Finding } from "./finding.ts";
import type { Platform } from "./platform.ts";

/** How long a microphone gets to pick up a sound, in ms. */
const LISTEN_MS = 3_000;
/** The names of W3C Media Capture, `MediaDeviceInfo.kind`. */
const KIND = { camera: "videoinput", microphone: "audioinput" } as const;

/** Whether there is a camera that opens. */
export function checkCamera(platform: Platform): Promise<Finding> {
  return opened(platform, "camera", (_, label) => ({ grade: "good", says: "cameraGood", values: { label } }));
}

/** Whether there is a microphone that opens, and hears anything. */
export function checkMicrophone(platform: Platform): Promise<Finding> {
  return opened(platform, "microphone", async (stream, label) => {
    const isHeard = await platform.hears(stream, LISTEN_MS);
    return isHeard
      ? { grade: "good", says: "microphoneGood", values: { label } }
      : { grade: "poor", says: "microphoneSilent", values: { label } };
  });
}

async function opened(
  platform: Platform,
  device: "camera" | "microphone",
  look: (stream: MediaStream, label: string) => Finding | Promise<Finding>,
): Promise<Finding> {
  let stream: MediaStream;
  try {
    stream = await platform.getUserMedia(device === "camera" ? { video: true } : { audio: true });
  } catch (error) {
    const isListed = (await platform.listDevices()).some(({ kind }) => kind === KIND[device]);
    return { grade: "bad", device, cause: causeOf(error, platform.mediaContext(device), isListed) };
  }
  try {
    return await look(stream, stream.getTracks()[0]!.label);
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}
