/**
 * The protocol of one channel between the two sides of a call, as a pure machine: what one page sends arrives at the other side in
 * order and once, over however many peer connections, and over reloads of the other page. `channel.ts` runs it.
 *
 * Each page numbers what it sends, and keeps it until the other side says that it has it. Over a new peer connection both say first how
 * far they are; what the other side does not have is sent again.
 */

/** How much one side has of what a page of the other sends. */
export interface Heard {
  /** The page's stream of messages. */
  readonly stream: string;
  /** The number of the next one. */
  readonly next: number;
}

export interface ChannelState {
  /**
   * There is no connection; or there is, and the other side, which may know of no such channel, has not said how far it is; or it has,
   * and what is sent goes out. Or the call is over.
   */
  readonly phase: "away" | "greeting" | "open" | "closed";
  /** Names what this page sends: after a reload there is another one. */
  readonly stream: string;
  /** How many messages of it the other side has for certain. */
  readonly taken: number;
  /** The messages after those, which it may not have. */
  readonly queue: readonly string[];
  /** How much of the other side's messages is here; `null`: none. */
  readonly heard: Heard | null;
}

/** What goes over the connection, as JSON. */
export type Frame =
  /** How far this side is; asks for the same. */
  | { readonly type: "hello"; readonly stream: string; readonly taken: number; readonly heard: Heard | null }
  /** How far this side is, in answer to a `hello`. */
  | { readonly type: "welcome"; readonly stream: string; readonly taken: number; readonly heard: Heard | null }
  | { readonly type: "message"; readonly text: string }
  /** This side has the messages before this number. */
  | { readonly type: "taken"; readonly next: number };

/** Everything that happens to a channel: on this side, to its connection, and at the other side. */
export type ChannelEvent =
  | { readonly type: "send"; readonly text: string }
  | { readonly type: "connected" | "disconnected" | "close" }
  | Frame;

export type ChannelEffect =
  /** Gives it to the other side. */
  | readonly ["send", Frame]
  /** Gives a message to whoever uses the channel. */
  | readonly ["deliver", text: string];

export interface Advanced {
  readonly state: ChannelState;
  readonly effects: readonly ChannelEffect[];
}

/** The longest message, in UTF-16 units: as JSON it is below the 64 KiB that every browser takes (RFC 8841, section 6.1). */
export const MAX_TEXT = 8_192;
/** How much is kept for the other side, in UTF-16 units. */
export const MAX_QUEUED = 32 * MAX_TEXT;

/** `heard`: what pages before this one, of the same tab, had of the other side. */
export function start(stream: string, heard: Heard | null): ChannelState {
  return { phase: "away", stream, taken: 0, queue: [], heard };
}

/** Whether one more message can be kept. */
export function hasRoomFor({ queue }: ChannelState, text: string): boolean {
  return queue.reduce((sum, { length }) => sum + length, text.length) <= MAX_QUEUED;
}

/** Applies one event. Total: what means nothing in a state leaves it as it is, whatever the other side sends. */
export function advance(state: ChannelState, event: ChannelEvent): Advanced {
  const { phase, taken, queue, heard } = state;
  if (phase === "closed") return stay(state);
  switch (event.type) {
    case "send": {
      const { type: _, text } = event;
      return {
        state: { ...state, queue: [...queue, text] },
        effects: phase === "open" ? [["send", { type: "message", text }]] : [],
      };
    }
    case "connected":
      return { state: { ...state, phase: "greeting" }, effects: [["send", greeting("hello", state)]] };
    case "disconnected":
      return stay({ ...state, phase: "away" });
    case "close":
      return stay({ ...state, phase: "closed", queue: [] });
    case "hello":
    case "welcome":
      return phase === "greeting" ? met(state, event) : stay(state);
    case "message": {
      if (phase !== "open" || heard === null) return stay(state);
      const next = heard.next + 1;
      return {
        state: { ...state, heard: { ...heard, next } },
        effects: [["send", { type: "taken", next }], ["deliver", event.text]],
      };
    }
    case "taken": {
      if (phase !== "open" || !isWithin(state, event.next)) return stay(state);
      return stay({ ...state, taken: event.next, queue: queue.slice(event.next - taken) });
    }
  }
}

/** Each side knows how far the other is: the messages that it lacks are sent. */
function met(state: ChannelState, { type, ...other }: Frame & { readonly type: "hello" | "welcome" }): Advanced {
  const heard = state.heard?.stream === other.stream ? state.heard : { stream: other.stream, next: other.taken };
  const has = other.heard?.stream === state.stream && isWithin(state, other.heard.next)
    ? other.heard.next
    : state.taken;
  const queue = state.queue.slice(has - state.taken);
  const next: ChannelState = { ...state, phase: "open", taken: has, queue, heard };
  const frames: Frame[] = type === "hello" ? [greeting("welcome", next)] : [];
  for (const text of queue) frames.push({ type: "message", text });
  return { state: next, effects: frames.map((frame) => ["send", frame]) };
}

function greeting(type: "hello" | "welcome", { stream, taken, heard }: ChannelState): Frame {
  return { type, stream, taken, heard };
}

/** Whether the other side can have so many of this page's messages. */
function isWithin({ taken, queue }: ChannelState, next: number): boolean {
  return next >= taken && next <= taken + queue.length;
}

const stay = (state: ChannelState): Advanced => ({ state, effects: [] });

/** What came over the connection; `null` for what this version knows nothing of. */
export function frameOf(data: unknown): Frame | null {
  try {
    const frame = JSON.parse(String(data));
    switch (frame.type) {
      case "hello":
      case "welcome":
        return typeof frame.stream === "string" && isCount(frame.taken) &&
            (frame.heard === null || isHeard(frame.heard))
          ? frame
          : null;
      case "message":
        return typeof frame.text === "string" ? frame : null;
      case "taken":
        return isCount(frame.next) ? frame : null;
    }
  } catch {
    // The text is no JSON, or no object.
  }
  return null;
}

const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;

/** Whether a value says how much was heard of a page. */
export function isHeard(value: unknown): value is Heard {
  const { stream, next } = (value ?? {}) as Partial<Heard>;
  return typeof stream === "string" && isCount(next);
}
