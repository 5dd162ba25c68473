/** Where this page runs, and what its browser was told before, as far as that decides about camera, microphone and screen. */

import type { MediaContext, MediaSource } from "../../shared/client/devices/causes.ts";
import type { PermissionPort } from "../../shared/client/platform/platform.ts";

/** The names of W3C Permissions Policy. */
const FEATURE = { camera: "camera", microphone: "microphone", screen: "display-capture" } as const;

/** What Chromium says of a document's permissions policy, by its name and by the one before. */
interface PolicyPort {
  features(): string[];
  allowsFeature(feature: string): boolean;
}

/** The page's own context. */
export function mediaContext(source: MediaSource): MediaContext {
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

const statuses = new Map<PermissionName, Promise<PermissionStatus | null>>();

/** The permission for a device. The query takes tens of milliseconds, so it is made once; the browser keeps its result up to date. */
export function permission(device: "camera" | "microphone"): Promise<PermissionPort | null> {
  const known = statuses.get(device) ?? query(device);
  statuses.set(device, known);
  return known;
}

async function query(name: PermissionName): Promise<PermissionStatus | null> {
  try {
    const status = await navigator.permissions.query({ name });
    // Browsers need not update a `PermissionStatus` without a listener.
    status.onchange = () => {};
    return status;
  } catch {
    return null; // Firefox before 131, and pages on http
  }
}
