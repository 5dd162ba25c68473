/** A platform for the call client without a browser: Deno's WebSocket, and werift, a WebRTC stack of its own. */

import type { Permission } from "./permission.ts";
import { BEARER_PREFIX, PROTOCOL_VERSION, SIGNAL_PATH, SUBPROTOCOL } from "../../shared/protocol/constants.ts";
import { CallClient } from "../../shared/client/client.ts";
import { clock } from "../../shared/client/platform/browser/clock.ts";
import { crypto as chance } from "../../shared/client/platform/browser/crypto.ts";
import type { ServerMessage } from "../../shared/protocol/server_messages.ts";
import type { Platform, Wake } from "../../shared/client/platform/platform.ts";
import type { Snapshot } from "../../shared/client/state.ts";
import {
  type Connection,
  connectionBy,
  type FakeDevice,
  fakeDevice,
  Line,
  storeIn,
  streamOf,
  type WeriftTrack,
} from "./werift_parts.ts";

/** werift's DTLS handshake waits half a second for the answer to each flight, and does not take the timer back when it has it. */
const FLIGHT_MS = 600;

/** Nothing that the server says takes longer, in ms. */
const TOLD_MS = 20_000;

/** Nobody listens there. */
const NOWHERE = new URL("ws://127.0.0.1:9/");

/** A call client in this process, with devices that send RTP. */
export class WeriftPerson implements AsyncDisposable {
  readonly client: CallClient;
  readonly #connections: Connection[] = [];
  readonly #lines: Line[] = [];
  #isDown = false;
  /** Told of everything the client shows. */
  onSnapshot: (snapshot: Snapshot) => void = () => {};
  /** Tells the client that its page goes. */
  leave: () => void = () => {};
  /** Tells the client that trying the network again is promising. */
  wake: (why: Wake) => void = () => {};
  /** Presents calls that ring; a frozen phone does not. */
  isAwake = true;
  /** Devices open when this is settled. */
  slowDevices: Promise<void> = Promise.resolve();
  /** The picker for a screen is open until this is settled. */
  slowPicker: Promise<void> = Promise.resolve();
  readonly #devices: FakeDevice[] = [];
  readonly #waiting = new Set<() => void>();
  /** What the tab keeps over a reload. */
  readonly #tab: Map<string, string>;
  /** Whether the server knows this person, as it would say over HTTP. */
  isAuthorized: () => Promise<boolean> = () => Promise.resolve(true);
  /** What a host application gives when it is asked. */
  newToken: () => Promise<string | null> = () => Promise.resolve(null);
  /** What the browser was told before of its devices. */
  readonly permissions: Partial<Record<"camera" | "microphone", Permission>> = {};
  /** Which devices are there; nobody tells by default. */
  listed: MediaDeviceKind[] = [];
  /** What `getUserMedia` was called with, by its kinds. */
  readonly asked: string[] = [];
  /** Refuses devices: the error `getUserMedia` rejects with. */
  refusal: (constraints: MediaStreamConstraints) => Error | null = () => null;

  /** What the next socket shows. */
  token: string;
  /** Told of everything the server says. */
  onMessage: (message: ServerMessage) => void = () => {};

  /** The device, as its sockets name it. */
  readonly device: string;

  /** `before`: the same tab, which was reloaded. */
  constructor(url: string, token: string, before?: WeriftPerson) {
    this.token = token;
    const device = this.device = before?.device ?? crypto.randomUUID();
    const page = crypto.randomUUID();
    this.#tab = new Map(before ? before.#tab : []);
    const platform: Platform = {
      transport: {
        openSocket: () => {
          const address = new URL(
            `${SIGNAL_PATH}?${new URLSearchParams({ device, page, protocol: `${PROTOCOL_VERSION}` })}`,
            url.replace(/^http/, "ws"),
          );
          const line = new Line(this.#isDown ? NOWHERE : address, [SUBPROTOCOL, BEARER_PREFIX + this.token]);
          line.socket.addEventListener("message", ({ data }) => line.isFrozen || this.onMessage(JSON.parse(data)));
          this.#lines.push(line);
          return Promise.resolve(line);
        },
        isAuthorized: () => this.isAuthorized(),
        renewSession: async (show) => {
          const token = await this.newToken();
          if (token !== null) show(token);
          return token !== null;
        },
        iceServers: () => Promise.resolve(null),
        pastCalls: () => Promise.resolve(null),
      },
      lifecycle: {
        onWake: (action) => this.wake = action,
        onLeave: (action) => this.leave = action,
      },
      media: {
        getUserMedia: async (constraints) => {
          this.asked.push(Object.keys(constraints).join(" and "));
          await this.slowDevices;
          const refused = this.refusal(constraints);
          if (refused !== null) throw refused;
          const kinds = (["audio", "video"] as const).filter((kind) => constraints[kind]);
          return streamOf(kinds.map((kind) => this.#open(kind)));
        },
        getDisplayMedia: async () => {
          await this.slowPicker;
          return streamOf([this.#open("video")]);
        },
        createMediaStream: (tracks) => streamOf(tracks as unknown as WeriftTrack[]),
        permission: (device) => Promise.resolve(this.permissions[device] ?? null),
        mediaContext: () => ({ isSecure: true, hasApi: true, isAllowed: true, isFramed: false }),
        listDevices: () =>
          Promise.resolve(this.listed.map((kind) => ({ kind, deviceId: "", label: "" }) as MediaDeviceInfo)),
        onDevicesChange: () => {},
        isPhone: false,
      },
      rtc: {
        createPeerConnection: (config) => {
          const connection = connectionBy(config);
          this.#connections.push(connection);
          return connection as unknown as RTCPeerConnection;
        },
        videoCodecs: () => [],
        efficientCodecs: () => Promise.resolve([]),
        canAnswerEarly: false,
      },
      storage: { tab: storeIn(this.#tab), kept: storeIn(new Map()) },
      // Deno has these as browsers do.
      clock,
      crypto: chance,
    };
    let presented = "";
    this.client = new CallClient(platform, (snapshot) => {
      this.onSnapshot(snapshot);
      const { call } = snapshot;
      if (call.phase === "incoming" && call.call.callId !== presented && this.isAwake) {
        presented = call.call.callId;
        this.client.presented();
      }
      for (const check of [...this.#waiting]) check();
    });
  }

  /** Waits for a snapshot that fits. */
  until(fits: (snapshot: Snapshot) => boolean, timeoutMs = 10_000): Promise<Snapshot> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`Still ${JSON.stringify(this.client.snapshot.call)} after ${timeoutMs} ms`));
      }, timeoutMs);
      const check = () => {
        if (!fits(this.client.snapshot)) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve(this.client.snapshot);
      };
      this.#waiting.add(check);
      check();
    });
  }

  phase(name: Snapshot["call"]["phase"]): Promise<Snapshot> {
    return this.until(({ call }) => call.phase === name);
  }

  /** Waits for RTP of a kind from the other side. */
  async receives(kind: "audio" | "video"): Promise<void> {
    const { remote } = await this.until(({ remote }) =>
      remote.stream?.getTracks().some((track) => track.kind === kind) ?? false
    );
    const track = remote.stream!.getTracks().find((track) => track.kind === kind) as unknown as WeriftTrack;
    await track.onReceiveRtp.asPromise(10_000);
  }

  /** Waits for something that the server says, from now on. */
  async told(fits: (message: ServerMessage) => boolean): Promise<void> {
    const { socket } = this.#lines.at(-1)!;
    const heard = Promise.withResolvers<void>();
    const listen = ({ data }: MessageEvent) => fits(JSON.parse(data)) && heard.resolve();
    socket.addEventListener("message", listen);
    const late = setTimeout(() => heard.reject(new Error(`The server did not say it within ${TOLD_MS} ms`)), TOLD_MS);
    await heard.promise.finally(() => clearTimeout(late));
    socket.removeEventListener("message", listen);
  }

  /** Waits until the server has dealt with all that was sent, and what it said to that is here. */
  async settled(): Promise<void> {
    const ponged = this.told(({ type }) => type === "pong");
    this.#lines.at(-1)!.socket.send('{"type":"ping"}');
    await ponged;
  }

  /** Cuts the socket from this side, as a network would, without the client's doing. */
  cutSocket(): void {
    this.#lines.at(-1)!.socket.close(4999);
  }

  /** The network is gone, until `goOnline`. */
  goOffline(): void {
    this.#isDown = true;
    this.cutSocket();
  }

  /** As a machine that loses its power: nothing more comes from here. */
  vanish(): void {
    for (const { track } of this.#devices) track.stop();
    this.goOffline();
  }

  goOnline(): void {
    this.#isDown = false;
  }

  /** The socket is dead, but neither end has noticed: what the server sends goes nowhere. */
  freezeSocket(): void {
    this.#lines.at(-1)!.isFrozen = true;
  }

  /** What the server sends goes nowhere, and what is sent to it arrives; neither end has noticed. */
  deafenSocket(): void {
    this.#lines.at(-1)!.socket.onmessage = null;
  }

  /** This end notices. The server does when the next socket of this device comes. */
  noticeFrozenSocket(): void {
    this.#lines.at(-1)!.onclose?.call(null as never, new CloseEvent("close", { code: 1006 }));
  }

  /** The newest connection finds so many more addresses, as on a laptop with that many interfaces. */
  gather(count: number): void {
    const connection = this.#connections.at(-1) as unknown as RTCPeerConnection;
    for (let n = 0; n < count; n++) {
      const candidate = { candidate: `candidate:${n} 1 udp 2122063615 192.0.2.1 ${40000 + n} typ host`, sdpMid: "0" };
      connection.onicecandidate!({ candidate } as unknown as RTCPeerConnectionIceEvent);
    }
  }

  /** The newest connection has made an offer that has no answer yet. */
  get hasOffered(): boolean {
    return this.#connections.at(-1)!.signalingState === "have-local-offer";
  }

  /** How many signaling sockets the client has opened so far. */
  get socketsOpened(): number {
    return this.#lines.length;
  }

  /** Peer connections that are not closed, and devices still in use. */
  get open(): { connections: number; devices: number } {
    return {
      connections: this.#connections.filter(({ closing }) => closing === null).length,
      devices: this.#devices.filter(({ track }) => !track.stopped).length,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close();
    for (const { timer } of this.#devices) clearInterval(timer);
    await Promise.all(this.#connections.map(({ closing }) => closing));
    if (this.#connections.length > 0) await new Promise((resolve) => setTimeout(resolve, FLIGHT_MS));
    await Promise.all(this.#lines.map((line) => line.closed()));
  }

  #open(kind: "audio" | "video"): WeriftTrack {
    const device = fakeDevice(kind);
    this.#devices.push(device);
    return device.track;
  }
}
