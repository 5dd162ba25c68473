/** The browser as the call client's surroundings: the one place that touches its globals. */

import { SIGNAL_PATH, SUBPROTOCOL } from "../../shared/constants.ts";
import type { Environment } from "../../shared/client/ports.ts";

const DEVICE_KEY = "zvonok.device";

/** The page's own environment; makes the ids of this tab and document. */
export function browserEnvironment(): Environment {
  const page = newId();
  return {
    openSocket: () => new WebSocket(signalUrl(deviceId(), page), SUBPROTOCOL),
    isAuthorized: async () => {
      try {
        return (await fetch("/api/session")).status !== 401;
      } catch {
        return true; // no network: nothing is known of the session
      }
    },
    createPeerConnection: (config) => new RTCPeerConnection(config),
    getUserMedia: async (constraints) => await navigator.mediaDevices.getUserMedia(constraints),
    createMediaStream: (tracks) => new MediaStream(tracks),
    now: () => performance.now(),
    after: (ms, action) => {
      const timer = setTimeout(action, ms);
      return () => clearTimeout(timer);
    },
    random: Math.random,
    newId,
  };
}

function signalUrl(device: string, page: string): string {
  const url = new URL(SIGNAL_PATH, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  url.search = new URLSearchParams({ device, page }).toString();
  return url.href;
}

/** Names this tab: it survives a reload, and other tabs have their own. */
function deviceId(): string {
  let id = sessionStorage.getItem(DEVICE_KEY);
  if (id === null) sessionStorage.setItem(DEVICE_KEY, id = newId());
  return id;
}

/** 128 random bits. `crypto.randomUUID` would need a secure context, which a page on a local network may not be. */
function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
