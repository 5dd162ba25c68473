/** The browser as the call client's platform: the one place that touches its globals. */

import { SIGNAL_PATH, SUBPROTOCOL, type VideoCodec } from "../../shared/protocol/constants.ts";
import type { Environment } from "../../shared/client/platform/platform.ts";
import { mediaContext, permission } from "./media_context.ts";
import { type Storage, storage } from "./storage.ts";
import { after } from "./timer.ts";

const DEVICE_KEY = "zvonok.device";
const SENDING_KEY = "zvonok.sending";
const KEPT_KEY = "zvonok.kept.";
/** How long an HTTP request may take, in ms: over a network that is gone it would never fail by itself. */
const FETCH_MS = 10_000;

/** The page's own environment; makes the ids of this tab and document. */
export function browserEnvironment(): Environment {
  const page = newId();
  const [tab, browser] = [storage("sessionStorage"), storage("localStorage")];
  let device: Promise<string> | null = null;
  // In a frame the session is renewed by this module. It is loaded ahead: after the server's next start its address may be another.
  if (parent !== self) import("./session.ts").catch(() => {});
  return {
    openSocket: async () => new WebSocket(signalUrl(await (device ??= deviceId(tab)), page), SUBPROTOCOL),
    onWake: (action) => {
      addEventListener("online", () => action("online"));
      document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && action("seen"));
    },
    // A page that goes into the back/forward cache (`persisted`) may be shown again: `Call.tsx` deals with that.
    onLeave: (action) => addEventListener("pagehide", ({ persisted }) => persisted || action()),
    isAuthorized: async () => await isKnown() || await renewSession() && await isKnown(),
    renewSession,
    iceServers: async () => {
      try {
        const response = await fetch("/api/ice", { signal: AbortSignal.timeout(FETCH_MS) });
        return response.ok ? await response.json() : null;
      } catch {
        return null; // no network
      }
    },
    canAnswerEarly: !navigator.userAgent.includes("Firefox/"),
    createPeerConnection: (config) => new RTCPeerConnection(config),
    getUserMedia: async (constraints) => await navigator.mediaDevices.getUserMedia(constraints),
    permission,
    mediaContext,
    listDevices: async () => await navigator.mediaDevices?.enumerateDevices().catch(() => []) ?? [],
    onDevicesChange: (action) => navigator.mediaDevices?.addEventListener("devicechange", action),
    isPhone: matchMedia("(pointer: coarse) and (max-device-width: 820px)").matches,
    getDisplayMedia: async (constraints) => await navigator.mediaDevices.getDisplayMedia(constraints),
    videoCodecs: () => globalThis.RTCRtpReceiver?.getCapabilities?.("video")?.codecs ?? [],
    efficientCodecs: async (codecs) => {
      const efficient = await Promise.all(codecs.map(isEfficient));
      return codecs.filter((_, at) => efficient[at]);
    },
    createMediaStream: (tracks) => new MediaStream(tracks),
    save: (value) => tab.set(SENDING_KEY, value),
    load: () => tab.get(SENDING_KEY),
    remember: (key, value) => browser.set(KEPT_KEY + key, value),
    recall: (key) => browser.get(KEPT_KEY + key),
    clock: () => Date.now(),
    now: () => performance.now(),
    after,
    random: Math.random,
    newId,
  };
}

/** Whether the server knows who this is; without a network, nothing is known against it. */
async function isKnown(): Promise<boolean> {
  try {
    return (await fetch("/api/session", { signal: AbortSignal.timeout(FETCH_MS) })).status !== 401;
  } catch {
    return true;
  }
}

function renewSession(show?: (token: string) => void): Promise<boolean> {
  return import("./session.ts").then(({ renew }) => renew(show)).catch(() => false);
}

/** Whether this device encodes a codec in hardware, as far as it says (W3C Media Capabilities). */
async function isEfficient(codec: VideoCodec): Promise<boolean> {
  const video = { contentType: `video/${codec}`, width: 1280, height: 720, framerate: 30, bitrate: 2_500_000 };
  try {
    return (await navigator.mediaCapabilities.encodingInfo({ type: "webrtc", video })).powerEfficient;
  } catch {
    return false;
  }
}

function signalUrl(device: string, page: string): string {
  const url = new URL(SIGNAL_PATH, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  url.search = new URLSearchParams({ device, page }).toString();
  return url.href;
}

/**
 * Names this tab: it survives a reload, and other tabs have their own. A duplicated tab starts with a copy of the storage, so a
 * lock tells whether the name is in use (where locks are to be had: secure contexts).
 */
async function deviceId(tab: Storage): Promise<string> {
  const kept = tab.get(DEVICE_KEY);
  const id = kept !== null && await claim(kept) ? kept : newId();
  if (id !== kept) await claim(id);
  tab.set(DEVICE_KEY, id);
  return id;
}

/** Holds the lock of a device for as long as the page lives; false where another page does, as far as the browser tells. */
function claim(id: string): Promise<boolean> {
  return new Promise((resolve) => {
    // Where there are no locks, or they are refused together with storage.
    const refused = () => resolve(true);
    try {
      navigator.locks.request(`${DEVICE_KEY}.${id}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock && new Promise(() => {});
      }).catch(refused);
    } catch {
      refused();
    }
  });
}

/** 128 random bits. `crypto.randomUUID` would need a secure context, which a page on a local network may not be. */
function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
