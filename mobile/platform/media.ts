/** A phone's cameras and microphone. */

import type { Media } from "../../shared/client/platform/platform.ts";
import { endByStop, freeWithTracks } from "./releases.ts";
import { mediaDevices, MediaStream, type MediaStreamTrack, permissions } from "./webrtc";

/** What react-native-webrtc lists, beside what W3C says. */
type Listed = MediaDeviceInfo[];

export function media(): Media {
  return {
    getUserMedia,
    getDisplayMedia,
    createMediaStream: (tracks) =>
      freeWithTracks(new MediaStream(tracks as unknown as MediaStreamTrack[])) as unknown as globalThis.MediaStream,
    async permission(device) {
      try {
        const state = await permissions.query({ name: device }) as PermissionState;
        // The system tells of no change, so it is asked each time.
        return { state, addEventListener() {} };
      } catch {
        return null;
      }
    },
    mediaContext: (source) => ({
      isSecure: true,
      // A screen takes a service of its own on Android, and a broadcast extension on iOS: this app has neither.
      hasApi: source !== "screen",
      isAllowed: null,
      isFramed: false,
    }),
    listDevices,
    // The native side tells of none: headsets are the system's own choice on phones.
    onDevicesChange() {},
    isPhone: true,
  };
}

/**
 * As W3C Media Capture says, all or nothing: react-native-webrtc leaves out what is not permitted and opens the rest, so that a video
 * call would go out without a picture, and without a word.
 */
async function getUserMedia(constraints: MediaStreamConstraints): Promise<globalThis.MediaStream> {
  const stream = await mediaDevices.getUserMedia(constraints as Parameters<typeof mediaDevices.getUserMedia>[0]);
  const tracks = freeWithTracks(stream).getTracks();
  for (const track of tracks) endByStop(track);
  const kinds = (["audio", "video"] as const).filter((kind) => constraints[kind]);
  if (tracks.length < kinds.length) {
    for (const track of tracks) track.stop();
    throw Object.assign(new Error("Not all that was asked for is permitted"), { name: "NotAllowedError" });
  }
  listDevices().then((devices) => nameTracks(tracks, devices));
  return stream as unknown as globalThis.MediaStream;
}

/** Tracks have no labels of their own, and people are told by them which camera they are seen by. */
function nameTracks(tracks: readonly MediaStreamTrack[], devices: readonly MediaDeviceInfo[]): void {
  for (const track of tracks) {
    const { deviceId } = track.getSettings();
    const label = devices.find((device) => device.deviceId === deviceId)?.label ?? "";
    Object.defineProperty(track, "label", { value: label });
  }
}

function getDisplayMedia(): Promise<globalThis.MediaStream> {
  return Promise.reject(Object.assign(new Error("This app shares no screen"), { name: "NotSupportedError" }));
}

async function listDevices(): Promise<Listed> {
  try {
    return await mediaDevices.enumerateDevices() as Listed;
  } catch {
    return [];
  }
}
