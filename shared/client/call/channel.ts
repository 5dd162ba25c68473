/**
 * Channels for features beside voice and pictures: what one side sends arrives at the other in order and each message once, over
 * however many peer connections (ICE restarts, a page that is reloaded, R13), and whether or not the server is there.
 *
 * A message is kept until the other side has it: while there is no connection, while that is replaced, and while the other side has not
 * asked for the channel, which an older version of it never does. No more is kept than `MAX_QUEUED`, and whoever sends is told when it is
 * full. What a page was not rid of is lost with it when it is reloaded; what the other side sends goes on at the next page where it
 * stopped at the one before.
 */

import type { TextStore } from "../platform/platform.ts";
import {
  advance,
  type ChannelEvent,
  type ChannelState,
  type Frame,
  frameOf,
  hasRoomFor,
  isHeard,
  MAX_TEXT,
  start,
} from "./channel_state.ts";

/** What became of a message: it is kept for the other side, or nothing is, since too much is kept already, it is too long, or the call is over. */
export type Sent = "queued" | "full" | "too-long" | "closed";

/** What channels need of the link. */
export interface ChannelPorts {
  /** Where it is kept, over a reload, how much of the other side's messages is here. */
  readonly tab: TextStore;
  newId(): string;
  /** The data channel for a label over the peer connection there is, if there is one. */
  line(label: string): RTCDataChannel | null;
}

export class Channel {
  /** Told of each message of the other side. */
  onMessage: (text: string) => void = () => {};
  /** Told when `state` is another one. */
  onState: () => void = () => {};
  readonly #label: string;
  readonly #ports: ChannelPorts;
  #state: ChannelState;
  #line: RTCDataChannel | null = null;

  constructor(label: string, ports: ChannelPorts) {
    this.#label = label;
    this.#ports = ports;
    this.#state = start(ports.newId(), heardBefore(ports.tab, label));
  }

  /** `waiting`: the other side cannot be reached, or has no such channel. `closed`: the call is over. */
  get state(): "waiting" | "open" | "closed" {
    const { phase } = this.#state;
    return phase === "open" || phase === "closed" ? phase : "waiting";
  }

  /** Sends a message of up to `MAX_TEXT` UTF-16 units, now or as soon as the other side can be reached. */
  send(text: string): Sent {
    if (this.state === "closed") return "closed";
    if (text.length > MAX_TEXT) return "too-long";
    if (!hasRoomFor(this.#state, text)) return "full";
    this.#tell({ type: "send", text });
    return "queued";
  }

  /** Goes over the data channel that there is now. */
  connect(): void {
    const line = this.#ports.line(this.#label);
    if (line === this.#line) return;
    // What may still come over the one before is late.
    if (this.#line !== null) this.#line.onopen = this.#line.onclose = this.#line.onmessage = null;
    this.#line = line;
    this.#tell({ type: "disconnected" });
    if (line === null) return;
    line.onopen = () => this.#tell({ type: "connected" });
    line.onclose = () => this.#tell({ type: "disconnected" });
    line.onmessage = ({ data }) => {
      const frame = frameOf(data);
      if (frame !== null) this.#tell(frame);
    };
    if (line.readyState === "open") this.#tell({ type: "connected" });
  }

  close(): void {
    this.#tell({ type: "close" });
  }

  #tell(event: ChannelEvent): void {
    const [before, wasIn] = [this.#state, this.state];
    const { state, effects } = advance(before, event);
    this.#state = state;
    if (state.heard !== before.heard) this.#ports.tab.set(keyOf(this.#label), JSON.stringify(state.heard));
    for (const [what, given] of effects) {
      if (what === "send") this.#give(given);
      else this.onMessage(given);
    }
    if (this.state !== wasIn) this.onState();
  }

  #give(frame: Frame): void {
    try {
      this.#line?.send(JSON.stringify(frame));
    } catch {
      // It is closing, and says so next: what was not received is sent again.
    }
  }
}

/** The channels of one call. */
export class Channels {
  readonly #ports: ChannelPorts;
  readonly #channels = new Map<string, Channel>();

  constructor(ports: ChannelPorts) {
    this.#ports = ports;
  }

  get(label: string): Channel {
    const channel = this.#channels.get(label) ?? new Channel(label, this.#ports);
    this.#channels.set(label, channel);
    channel.connect();
    return channel;
  }

  /** There is another peer connection, or another data channel. */
  connect(): void {
    for (const channel of this.#channels.values()) channel.connect();
  }

  close(): void {
    for (const channel of this.#channels.values()) channel.close();
  }
}

const keyOf = (label: string) => `channel.${label}`;

function heardBefore(tab: TextStore, label: string) {
  try {
    const heard: unknown = JSON.parse(tab.get(keyOf(label)) ?? "null");
    return isHeard(heard) ? heard : null;
  } catch {
    return null;
  }
}
