/**
 * What a call client needs of its surroundings. A browser, a phone and a test each hand in their own; nothing in
 * `shared/client` reaches for a global.
 */

import type { VideoCodec } from "../../protocol/constants.ts";
import type { IceServer } from "../../protocol/server_messages.ts";
import type { MediaContext, MediaSource } from "../devices/causes.ts";

/** The part of a WebSocket that the client uses. */
export type SocketPort = Pick<WebSocket, "send" | "close" | "onmessage" | "onclose">;

/** `online`: there is a network again, and maybe another one. `seen`: the page is looked at again. */
export type Wake = "online" | "seen";

/** The part of a PermissionStatus that the client uses. */
export type PermissionPort = Pick<PermissionStatus, "state" | "addEventListener">;

/** Where the client runs. */
export interface Environment {
  /** Opens a socket to the signaling server, with `device` and `page` in its URL. Never rejects. */
  openSocket(): Promise<SocketPort>;
  /** Calls `action` whenever trying the network again is promising. */
  onWake(action: (why: Wake) => void): void;
  /** Calls `action` right before the page goes for good, or is reloaded: a last message may still be sent. */
  onLeave(action: () => void): void;
  /** False where the session is known to be invalid, and cannot be renewed; asked when a socket would not open. */
  isAuthorized(): Promise<boolean>;
  /**
   * R20: asks whoever signs this user's tokens for a new one, which `show` gives to the server, and sees to it that the next socket and the
   * next page have it too. False where that cannot be. Never rejects.
   */
  renewSession(show: (token: string) => void): Promise<boolean>;
  /** Asks the server for STUN and TURN servers, whose credentials are good for `ttl` seconds; `null` where it does not answer. */
  iceServers(): Promise<{ iceServers: IceServer[]; ttl: number } | null>;
  /**
   * Whether an answer may be applied before the other side's candidates are there. Firefox's ICE agent gives up after five seconds
   * without any, for good.
   */
  readonly canAnswerEarly: boolean;
  createPeerConnection(config: RTCConfiguration): RTCPeerConnection;
  /** W3C Media Capture, `getUserMedia`; rejects like it. */
  getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream>;
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
  /** W3C Screen Capture, `getDisplayMedia`; rejects like it. To be called while a click is being handled. */
  getDisplayMedia(constraints: DisplayMediaStreamOptions): Promise<MediaStream>;
  /** What `RTCRtpReceiver.getCapabilities("video")` lists. */
  videoCodecs(): RTCRtpCodec[];
  /** Which of these codecs the device encodes power-efficiently, by W3C Media Capabilities; none where that is not known. */
  efficientCodecs(codecs: readonly VideoCodec[]): Promise<VideoCodec[]>;
  createMediaStream(tracks: MediaStreamTrack[]): MediaStream;
  /** Keeps a value for this tab or phone over a reload; `null` forgets it. */
  save(value: string | null): void;
  /** What was kept. */
  load(): string | null;
  /** Keeps a value for all pages of this browser or phone, as long as it lets it; `null` forgets it. */
  remember(key: string, value: string | null): void;
  /** What was kept under a key. */
  recall(key: string): string | null;
  /** Time in ms since 1970, for what is shown and kept. */
  clock(): number;
  /** Monotonic time in ms. */
  now(): number;
  /** Calls `action` after `ms`; the result takes that back. */
  after(ms: number, action: () => void): () => void;
  /** From 0 up to 1. */
  random(): number;
  /** A fresh id of at least 128 random bits, URL-safe. */
  newId(): string;
}
