/** What a platform without a browser is made of: werift's peer connections, tracks and streams, and a socket that can fail unseen. */

import { Buffer } from "node:buffer";
import { werift } from "./packages.ts";
import type { Rtc, SocketPort, TextStore } from "../../shared/client/platform/platform.ts";

const { MediaStream, MediaStreamTrack, RTCPeerConnection, RtpHeader, RtpPacket } = werift;

/** werift's own, which a browser's client takes for its browser's. */
export type WeriftTrack = werift.MediaStreamTrack;

/** How often a fake device gives a packet, in ms. */
const PACKET_MS = 20;

/** A socket that can die without either end noticing. */
export class Line implements SocketPort {
  readonly socket: WebSocket;
  isFrozen = false;
  onopen: SocketPort["onopen"] = null;
  onmessage: SocketPort["onmessage"] = null;
  onclose: SocketPort["onclose"] = null;

  constructor(address: URL, protocols: string[]) {
    this.socket = new WebSocket(address, protocols);
    this.socket.onmessage = (event) => this.isFrozen || this.onmessage?.call(this.socket, event);
    this.socket.onclose = (event) => this.isFrozen || this.onclose?.call(this.socket, event);
  }

  send(data: string): void {
    if (!this.isFrozen) this.socket.send(data);
  }

  close(code?: number): void {
    this.socket.close(code);
  }

  /** Waits until the other end has closed it too. */
  async closed(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    await new Promise((resolve) => this.socket.addEventListener("close", resolve));
  }
}

/** W3C's `close` returns at once; werift's takes a while, and a test waits for it. */
export class Connection extends RTCPeerConnection {
  closing: Promise<void> | null = null;

  override close(): Promise<void> {
    return this.closing ??= super.close();
  }
}

/** A peer connection that needs no servers. */
export function connectionBy(config: Parameters<Rtc["createPeerConnection"]>[0]): Connection {
  return new Connection({ ...config, iceServers: [], iceUseTcp: false } as ConstructorParameters<typeof Connection>[0]);
}

/** A stream of such tracks. */
export function streamOf(tracks: readonly WeriftTrack[]): globalThis.MediaStream {
  return new MediaStream([...tracks]) as unknown as globalThis.MediaStream;
}

/** A device in use: its track, and what has it send RTP. */
export interface FakeDevice {
  readonly track: WeriftTrack;
  readonly timer: ReturnType<typeof setInterval>;
}

/** A camera or a microphone that is opened. */
export function fakeDevice(kind: "audio" | "video"): FakeDevice {
  // werift's tracks come from no device, and have no settings to tell.
  const track = Object.assign(new MediaStreamTrack({ kind }), { getSettings: () => ({}) });
  track.muted = false; // as a browser's own tracks are from the start
  let sequenceNumber = 0;
  const timer = setInterval(() => {
    if (track.stopped || !track.enabled) return;
    sequenceNumber = (sequenceNumber + 1) & 0xffff;
    const header = new RtpHeader({
      sequenceNumber,
      timestamp: sequenceNumber * 960,
      payloadType: kind === "audio" ? 96 : 97,
    });
    track.writeRtp(new RtpPacket(header, Buffer.from([1, 2, 3])));
  }, PACKET_MS);
  return { track, timer };
}

/** Text that is kept as long as a test keeps the map. */
export function storeIn(kept: Map<string, string>): TextStore {
  return {
    get: (key) => kept.get(key) ?? null,
    set: (key, value) => void (value === null ? kept.delete(key) : kept.set(key, value)),
  };
}
