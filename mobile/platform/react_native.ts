/**
 * A phone as the call client's platform, in the form of the browser's. What react-native-webrtc does otherwise than W3C WebRTC says is
 * put right in this folder, each with its reason, and nowhere else.
 */

import { clock } from "../../shared/client/platform/browser/clock.ts";
import type { Platform } from "../../shared/client/platform/platform.ts";
import { crypto } from "./crypto.ts";
import { lifecycle } from "./lifecycle.ts";
import { media } from "./media";
import { rtc } from "./rtc";
import { storage } from "./storage";
import { type Credentials, transport } from "./transport.ts";

const phone = { lifecycle, rtc, storage, clock, crypto };

/** This phone, for one user of the server at `url`. A started app is one more page of the same device, as a reloaded tab is. */
export function reactNative(url: string, credentials: Credentials): Platform {
  const names = { device: deviceId(), page: crypto.newId() };
  return { ...phone, media: media(), transport: transport(url, credentials, names) };
}

/** Names this phone to the server, for as long as the app is installed. */
function deviceId(): string {
  const id = storage.tab.get("device") ?? crypto.newId();
  storage.tab.set("device", id);
  return id;
}
