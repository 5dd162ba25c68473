/**
 * What a call client needs of its surroundings. A browser, a phone and a test each hand in their own; nothing in
 * `shared/client` reaches for a global.
 */

/** The part of a WebSocket that the client uses. */
export type SocketPort = Pick<WebSocket, "send" | "close" | "onmessage" | "onclose">;

/** Where the client runs. */
export interface Environment {
  /** Opens a socket to the signaling server, with `device` and `page` in its URL. Never rejects. */
  openSocket(): Promise<SocketPort>;
  /** Calls `action` whenever trying the network again is promising: it is back, or the page is looked at again. */
  onWake(action: () => void): void;
  /** False where the session is known to be invalid; asked when a socket would not open. */
  isAuthorized(): Promise<boolean>;
  createPeerConnection(config: RTCConfiguration): RTCPeerConnection;
  /** W3C Media Capture, `getUserMedia`; rejects like it. */
  getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream>;
  createMediaStream(tracks: MediaStreamTrack[]): MediaStream;
  /** Keeps a value for this tab or phone over a reload; `null` forgets it. */
  save(value: string | null): void;
  /** What was kept. */
  load(): string | null;
  /** Monotonic time in ms. */
  now(): number;
  /** Calls `action` after `ms`; the result takes that back. */
  after(ms: number, action: () => void): () => void;
  /** From 0 up to 1. */
  random(): number;
  /** A fresh id of at least 128 random bits, URL-safe. */
  newId(): string;
}
