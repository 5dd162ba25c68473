/** Camera and microphone, each opened alone and released right after. */

import { causeOf } from "../../shared/client/causes.ts";
import type { Finding } from "./finding.ts";
import type { Surroundings } from "./surroundings.ts";

/** How long a microphone gets to pick up a sound, in ms. */
const LISTEN_MS = 3_000;
/** The names of W3C Media Capture, `MediaDeviceInfo.kind`. */
const KIND = { camera: "videoinput", microphone: "audioinput" } as const;

/** Whether there is a camera that opens. */
export function checkCamera(world: Surroundings): Promise<Finding> {
  return opened(world, "camera", (_, label) => ({ grade: "good", says: "cameraGood", values: { label } }));
}

/** Whether there is a microphone that opens, and hears anything. */
export function checkMicrophone(world: Surroundings): Promise<Finding> {
  return opened(world, "microphone", async (stream, label) => {
    const isHeard = await world.hears(stream, LISTEN_MS);
    return isHeard
      ? { grade: "good", says: "microphoneGood", values: { label } }
      : { grade: "poor", says: "microphoneSilent", values: { label } };
  });
}

async function opened(
  world: Surroundings,
  device: "camera" | "microphone",
  look: (stream: MediaStream, label: string) => Finding | Promise<Finding>,
): Promise<Finding> {
  let stream: MediaStream;
  try {
    stream = await world.getUserMedia(device === "camera" ? { video: true } : { audio: true });
  } catch (error) {
    const isListed = (await world.listDevices()).some(({ kind }) => kind === KIND[device]);
    return { grade: "bad", device, cause: causeOf(error, world.mediaContext(device), isListed) };
  }
  try {
    return await look(stream, stream.getTracks()[0]!.label);
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}
