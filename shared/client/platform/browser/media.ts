/** The browser's devices, and what the page may open of them: by where it runs, and by what the browser was told before. */

import type { MediaContext, MediaSource } from "../../devices/causes.ts";
import type { Media, PermissionPort } from "../platform.ts";

/** The names of W3C Permissions Policy. */
const FEATURE = { camera: "camera", microphone: "microphone", screen: "display-capture" } as const;

/** What Chromium says of a document's permissions policy, by its name and by the one before. */
interface PolicyPort {
  features(): string[];
  allowsFeature(feature: string): boolean;
}

/** This page's. On plain http there is no `mediaDevices`: what needs it rejects. */
export function media(): Media {
  const permissions = new Map<PermissionName, Promise<PermissionPort | null>>();
  return {
    getUserMedia: async (constraints) => await navigator.mediaDevices.getUserMedia(constraints),
    getDisplayMedia: async (constraints) => await navigator.mediaDevices.getDisplayMedia(constraints),
    createMediaStream: (tracks) => new MediaStream(tracks),
    permission(device) {
      // The query takes tens of milliseconds, so it is made once; the browser keeps its result up to date.
      const known = permissions.get(device) ?? query(device);
      permissions.set(device, known);
      return known;
    },
    mediaContext,
    listDevices: async () => await navigator.mediaDevices?.enumerateDevices().catch(() => []) ?? [],
    onDevicesChange: (action) => navigator.mediaDevices?.addEventListener("devicechange", action),
    isPhone: matchMedia("(pointer: coarse) and (max-device-width: 820px)").matches,
  };
}

function mediaContext(source: MediaSource): MediaContext {
  const { permissionsPolicy, featurePolicy } = document as {
    permissionsPolicy?: PolicyPort;
    featurePolicy?: PolicyPort;
  };
  const policy = permissionsPolicy ?? featurePolicy;
  const feature = FEATURE[source];
  const asks = source === "screen" ? navigator.mediaDevices?.getDisplayMedia : navigator.mediaDevices?.getUserMedia;
  return {
    isSecure: isSecureContext,
    hasApi: typeof asks === "function",
    // `allowsFeature` is false also for a feature that the browser does not know.
    isAllowed: policy?.features().includes(feature) ? policy.allowsFeature(feature) : null,
    isFramed: parent !== self,
  };
}

async function query(name: PermissionName): Promise<PermissionPort | null> {
  try {
    const status = await navigator.permissions.query({ name });
    // Browsers need not update a `PermissionStatus` without a listener.
    status.onchange = () => {};
    return status;
  } catch {
    return null; // Firefox before 131, and pages on http
  }
}
