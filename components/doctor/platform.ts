/** The platform of the checks: what they need of a browser, as a port, and the page's own browser behind it. */

import { SIGNAL_PATH, SUBPROTOCOL } from "../../shared/protocol/constants.ts";
import type { IceServer } from "../../shared/protocol/server_messages.ts";
import { keepsCookies } from "../../shared/client/platform/browser/cookies.ts";
import { mediaContext } from "../../shared/client/platform/browser/media.ts";

/** The servers this visitor may use, or why none are known. `cookieless`: the server cannot know who asks. */
export type Access = readonly IceServer[] | "unnamed" | "cookieless" | "unreachable";

/** What the checks need of the platform. */
export interface Platform {
  getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream>;
  /** Never rejects. */
  listDevices(): Promise<MediaDeviceInfo[]>;
  mediaContext: typeof mediaContext;
  /** Whether a stream carries sound above silence within some ms. */
  hears(stream: MediaStream, ms: number): Promise<boolean>;
  /** Asks the server; never rejects. */
  access(): Promise<Access>;
  /** Opens the signaling socket as a device of its own, so that it takes no other page's place. */
  openSocket(): WebSocket;
  createPeerConnection(config: RTCConfiguration): RTCPeerConnection;
  /** In ms. */
  now(): number;
}

/** Less than this is silence: mean square of the samples, -60 dB below full scale. */
const SILENCE = 1e-6;
const LISTEN_EVERY_MS = 50;

/** The page's own browser. */
export function browserPlatform(): Platform {
  return {
    getUserMedia: async (constraints) => await navigator.mediaDevices.getUserMedia(constraints),
    listDevices: async () => await navigator.mediaDevices?.enumerateDevices().catch(() => []) ?? [],
    mediaContext,
    hears,
    access: async () => {
      try {
        const response = await fetch("/api/ice", { cache: "no-store" });
        if (response.status === 401) return keepsCookies() ? "unnamed" : "cookieless";
        return response.ok ? (await response.json()).iceServers : "unreachable";
      } catch {
        return "unreachable";
      }
    },
    openSocket: () => {
      const url = new URL(SIGNAL_PATH, location.href);
      url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
      // randomUUID() is for secure contexts only.
      const id = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16)).join("");
      url.search = new URLSearchParams({ device: `doctor-${id}` }).toString();
      return new WebSocket(url.href, SUBPROTOCOL);
    },
    createPeerConnection: (config) => new RTCPeerConnection(config),
    now: () => performance.now(),
  };
}

async function hears(stream: MediaStream, ms: number): Promise<boolean> {
  const audio = new AudioContext();
  try {
    const analyser = new AnalyserNode(audio, { fftSize: 4096 });
    audio.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    for (const end = performance.now() + ms; performance.now() < end;) {
      await new Promise((resolve) => setTimeout(resolve, LISTEN_EVERY_MS));
      analyser.getFloatTimeDomainData(samples);
      if (samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length > SILENCE) return true;
    }
    return false;
  } finally {
    audio.close();
  }
}
