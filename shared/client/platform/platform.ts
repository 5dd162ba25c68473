/**
 * What a call client needs of its surroundings, as small ports: a function takes those that it uses. A browser (`browser.ts`), a phone and
 * a test each hand in their own; nothing else in `shared/client` reaches for a global.
 */

import type { VideoCodec } from "../../protocol/video_codecs.ts";
import type { LoggedCall } from "../../protocol/logged_call.ts";
import type { IceServer } from "../../protocol/server_messages.ts";
import type { MediaContext, MediaSource } from "../devices/causes.ts";

/** All of them: where a client runs. */
export interface Platform {
  readonly transport: Transport;
  readonly lifecycle: Lifecycle;
  readonly media: Media;
  readonly rtc: Rtc;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly crypto: Crypto;
}

/** The part of a WebSocket that the client uses. */
export type SocketPort = Pick<WebSocket, "send" | "close" | "onopen" | "onmessage" | "onclose">;

/** The way to the server, for one user. */
export interface Transport {
  /** Opens a socket to the signaling server, with `device` and `page` in its URL. Never rejects. */
  openSocket(): Promise<SocketPort>;
  /** False where the session is known to be invalid, and cannot be renewed; asked when a socket would not open. */
  isAuthorized(): Promise<boolean>;
  /**
   * R20: asks whoever signs this user's tokens for a new one, which `show` gives to the server, and sees to it that the next socket and the
   * next page have it too. False where that cannot be. Never rejects.
   */
  renewSession(show: (token: string) => void): Promise<boolean>;
  /** Asks the server for STUN and TURN servers, whose credentials are good for `ttl` seconds; `null` where it gives none. Never rejects. */
  iceServers(): Promise<{ iceServers: IceServer[]; ttl: number } | null>;
  /** Asks the server for this user's calls in a chat, newest first; `null` where it gives none. Never rejects. */
  pastCalls(chatId: string): Promise<LoggedCall[] | null>;
}

/** `online`: there is a network again, and maybe another one. `seen`: the page is looked at again. */
export type Wake = "online" | "seen";

/** When a page, or an app, wakes and goes. */
export interface Lifecycle {
  /** Calls `action` whenever trying the network again is promising. */
  onWake(action: (why: Wake) => void): void;
  /** Calls `action` right before the page goes for good, or is reloaded: a last message may still be sent. */
  onLeave(action: () => void): void;
}

/** The part of a PermissionStatus that the client uses. */
export type PermissionPort = Pick<PermissionStatus, "state" | "addEventListener">;

/** Cameras, microphones and screens (W3C Media Capture and Streams, Screen Capture). */
export interface Media {
  /** W3C Media Capture, `getUserMedia`; rejects like it. */
  getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream>;
  /** W3C Screen Capture, `getDisplayMedia`; rejects like it. To be called while a click is being handled. */
  getDisplayMedia(constraints: DisplayMediaStreamOptions): Promise<MediaStream>;
  createMediaStream(tracks: MediaStreamTrack[]): MediaStream;
  /**
   * Whether a device opens without a question, by W3C Permissions, now and later; `null` where the browser does not say. Asked early
   * and often. Never rejects.
   */
  permission(device: "camera" | "microphone"): Promise<PermissionPort | null>;
  /** Where the page runs, as far as that decides about what it may open. */
  mediaContext(source: MediaSource): MediaContext;
  /** W3C Media Capture, `enumerateDevices`; empty where there is none. Never rejects. */
  listDevices(): Promise<MediaDeviceInfo[]>;
  /** Calls `action` whenever a device was plugged in or out. */
  onDevicesChange(action: () => void): void;
  /** A phone captures less, and has a camera on either side. */
  readonly isPhone: boolean;
}

/** Peer connections (W3C WebRTC). */
export interface Rtc {
  createPeerConnection(config: RTCConfiguration): RTCPeerConnection;
  /** What `RTCRtpReceiver.getCapabilities("video")` lists. */
  videoCodecs(): RTCRtpCodec[];
  /** Which of these codecs the device encodes power-efficiently, by W3C Media Capabilities; none where that is not known. */
  efficientCodecs(codecs: readonly VideoCodec[]): Promise<VideoCodec[]>;
  /**
   * Whether an answer may be applied before the other side's candidates are there. Firefox's ICE agent gives up after five seconds
   * without any, for good.
   */
  readonly canAnswerEarly: boolean;
}

/** Text by key. Never throws. */
export interface TextStore {
  get(key: string): string | null;
  /** `null` forgets it. */
  set(key: string, value: string | null): void;
}

/** What outlives a page. */
export interface Storage {
  /** For this tab or phone, over a reload. */
  readonly tab: TextStore;
  /** For all pages of this browser or phone, as long as it lets it. */
  readonly kept: TextStore;
}

/** Time, in ms. */
export interface Clock {
  /** Since 1970, for what is shown and kept. */
  wallTime(): number;
  /** Monotonic, from anywhere. */
  now(): number;
  /** Calls `action` after `ms`; the result takes that back. */
  after(ms: number, action: () => void): () => void;
}

/** Chance. */
export interface Crypto {
  /** From 0 up to 1; for what need not be secret. */
  random(): number;
  /** A fresh id of at least 128 random bits, URL-safe. */
  newId(): string;
}

/** PBKDF2 with SHA-256 (RFC 8018, section 5.2) of a text: so many bytes. A port by itself, for the digits that two people compare. */
export type Pbkdf2 = (
  password: string,
  how: { readonly salt: string; readonly iterations: number; readonly bytes: number },
) => Promise<Uint8Array>;
