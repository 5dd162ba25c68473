/** Camera and microphone, each opened alone and released right after. */

import type { Finding } from "./finding.ts";
import type { Surroundings } from "./surroundings.ts";

/** How long somebody gets to be heard, in ms. */
const LISTEN_MS = 3_000;

/** By the names of W3C Media Capture and Streams, section 10.2.1. */
const WHY = {
  NotAllowedError: "Denied",
  SecurityError: "Denied",
  NotFoundError: "Missing",
  OverconstrainedError: "Missing",
} as const;

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
    const { name } = error as Error;
    // `navigator.mediaDevices` is undefined outside a secure context.
    if (name === "TypeError") return { grade: "bad", says: "insecure" };
    return { grade: "bad", says: `${device}${WHY[name as keyof typeof WHY] ?? "Busy"}` };
  }
  try {
    return await look(stream, stream.getTracks()[0]!.label);
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}
