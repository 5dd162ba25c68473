/**
 * Channels for features beside voice and pictures, which bring this module along: what one side sends arrives at the other in order and
 * each message once, over however many peer connections (ICE restarts, a page that is reloaded, R13), and whether or not the server is
 * there.
 *
 * A message is kept until the other side has it: while there is no connection, while that is replaced, and while the other side has not
 * asked for the channel, which an older version of it never does. No more is kept than `MAX_QUEUED`, and whoever sends is told when it is
 * full. What a page was not rid of is lost with it when it is reloaded; what the other side sends goes on at the next page where it
 * stopped at the one before.
 */

import type { Crypto, TextStore } from "../platform/platform.ts";
import {
  advance,
  type ChannelEvent,
  type ChannelState,
  type Frame,
  frameOf,
  hasRoomFor,
  type Heard,
  isHeard,
  MAX_TEXT,
  start,
} from "./channel_state.ts";
import type { Link } from "./link.ts";

/** What became of a message: it is kept for the other side; or it is not, since too much is already, it is too long, or the call is over. */
export type Sent = "queued" | "full" | "too-long" | "closed";

/** What a channel takes of the platform. `tab` keeps over a reload how much of the other side's messages is here. */
export interface ChannelPorts {
  readonly storage: { readonly tab: TextStore };
  readonly crypto: Pick<Crypto, "newId">;
}

/** Made once for each label and call, on both sides. */
export class Channel {
  /** Told of each message of the other side. */
  onMessage: (text: string) => void = () => {};
  /** Told when `state` is another one. */
  onState: () => void = () => {};
  readonly #tab: TextStore;
  readonly #key: string;
  #state: ChannelState;
  #line: RTCDataChannel | null = null;

  constructor(link: Pick<Link, "channel">, label: string, { storage, crypto: { newId } }: ChannelPorts) {
    this.#tab = storage.tab;
    this.#key = `channel.${label}`;
    this.#state = start(newId(), this.#heardBefore());
    link.channel(label, (line) => line === "closed" ? this.#tell({ type: "close" }) : this.#take(line));
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

  /** Goes over another data channel from here on. */
  #take(line: RTCDataChannel): void {
    if (line === this.#line) return;
    // Frames that may still come over the connection before are late.
    if (this.#line !== null) this.#line.onopen = this.#line.onclose = this.#line.onmessage = null;
    this.#line = line;
    this.#tell({ type: "disconnected" });
    line.onopen = () => this.#tell({ type: "connected" });
    line.onclose = () => this.#tell({ type: "disconnected" });
    line.onmessage = ({ data }) => {
      const frame = frameOf(data);
      if (frame !== null) this.#tell(frame);
    };
    if (line.readyState === "open") this.#tell({ type: "connected" });
  }

  #tell(event: ChannelEvent): void {
    const [before, wasIn] = [this.#state, this.state];
    const { state, effects } = advance(before, event);
    this.#state = state;
    if (state.heard !== before.heard) this.#tab.set(this.#key, JSON.stringify(state.heard));
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
      // The connection is closing, and says so next: messages that did not arrive are sent again.
    }
  }

  #heardBefore(): Heard | null {
    try {
      const heard: unknown = JSON.parse(this.#tab.get(this.#key) ?? "null");
      return isHeard(heard) ? heard : null;
    } catch {
      return null;
    }
  }
}
