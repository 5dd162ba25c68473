/** ICE recovery: what each event does in each phase, and the times that it promises. The walk beside this tries every order. */

import assert from "node:assert/strict";
import type { OmitEach } from "../../omit_each.ts";
import { recover, type RecoveryEvent } from "./recovery.ts";
import {
  deadlineOf,
  isWell,
  POLITE_MS,
  RECOVERY,
  type RecoveryRules,
  type RecoveryState,
  roundMs,
  START,
} from "./recovery_state.ts";

const CALLER: RecoveryRules = { ...RECOVERY, graceMs: 20_000 };
const CALLEE: RecoveryRules = { ...CALLER, politeMs: POLITE_MS };

type UntimedEvent = OmitEach<RecoveryEvent, "at">;

/** One side of a call by a clock of its own: packets are counted four times a second, and a timer that is due fires. */
class Side {
  state: RecoveryState = START;
  now = 0;
  isReceiving = false;
  /** The effects so far, each with its time. */
  readonly log: string[] = [];
  readonly #rules: RecoveryRules;
  #packets = 0;

  constructor(rules = CALLER) {
    this.#rules = rules;
  }

  tell(event: UntimedEvent): this {
    const { state, effects } = recover(this.state, { ...event, at: this.now } as RecoveryEvent, this.#rules);
    this.state = state;
    for (const effect of effects) this.log.push(`${this.now} ${effect}`);
    return this;
  }

  browserSays(state: RTCPeerConnectionState): this {
    return this.tell({ type: "connection", state });
  }

  wait(ms: number): this {
    const until = this.now + ms;
    const nextPoll = () => Math.floor(this.now / 250) * 250 + 250;
    for (;;) {
      const timer = deadlineOf(this.state) ?? Infinity;
      const next = Math.min(timer, nextPoll());
      if (next > until) break;
      this.now = Math.max(this.now, next);
      if (next === timer) this.tell({ type: "timer" });
      else this.tell({ type: "stats", packets: this.isReceiving ? this.#packets += 12 : this.#packets });
    }
    this.now = until;
    return this;
  }

  /** The effects since the last call of this. */
  get done(): string[] {
    return this.log.splice(0);
  }
}

/** A call in which media flows, ten seconds old. */
function talking(rules?: RecoveryRules, { isSending = true } = {}): Side {
  const side = new Side(rules).tell({ type: "answered" }).tell({ type: "peer-sends", isSending }).browserSays(
    "connected",
  );
  side.isReceiving = true;
  return side.wait(10_000);
}

/** A call that was connected, whose media has stopped. */
function silenced(rules?: RecoveryRules, what?: { isSending: boolean }): Side {
  const side = talking(rules, what);
  side.isReceiving = false;
  return side;
}

/** A callee whose media stopped a second and a half ago, and who waits for the caller's restart. */
const waiting = () => silenced(CALLEE).wait(1_500);
/** A caller who has made the first try. */
const tried = () => silenced().wait(1_500);
/** A call whose media has stopped while the other side is away. */
const alone = () => silenced().tell({ type: "peer", isAway: true }).wait(1_500);
const connecting = () => new Side().tell({ type: "answered" });
const replaced = () => talking().tell({ type: "replaced" });
const failed = () => connecting().browserSays("failed");

const STATES: Record<string, () => Side> = {
  new: () => new Side(),
  connecting,
  talking,
  waiting,
  tried,
  alone,
  replaced,
  failed,
};

const EVENTS: Record<string, (side: Side) => Side> = {
  answered: (side) => side.tell({ type: "answered" }),
  replaced: (side) => side.tell({ type: "replaced" }),
  connected: (side) => side.browserSays("connected"),
  disconnected: (side) => side.browserSays("disconnected"),
  failed: (side) => side.browserSays("failed"),
  media: (side) => side.tell({ type: "stats", packets: 1_000_000 }),
  "no media": (side) => side.tell({ type: "stats", packets: side.state.packets }),
  synced: (side) => side.tell({ type: "synced" }),
  "network changed": (side) => side.tell({ type: "network-changed" }),
  "peer away": (side) => side.tell({ type: "peer", isAway: true }),
  "peer back": (side) => side.tell({ type: "peer", isAway: false }),
  "peer restarted": (side) => side.tell({ type: "peer-restarted" }),
  timer: (side) => {
    side.now = deadlineOf(side.state) ?? side.now;
    return side.tell({ type: "timer" });
  },
};

/** What comes of an event: the phase, with the ms until the timer, and what is done. Nothing here: all stays as it is. */
const TABLE: Record<keyof typeof STATES, Partial<Record<string, string>>> = {
  new: {
    answered: "connecting 30000",
    "network changed": "new: check-signaling",
    "peer away": "new 22000",
    replaced: "connecting 30000",
  },
  connecting: {
    "peer away": "connecting 22000",
    connected: "connected",
    failed: "failed: give-up",
    media: "connected",
    "network changed": "connecting 30000: check-signaling",
    timer: "failed: give-up",
  },
  talking: {
    replaced: "connecting 30000",
    disconnected: "recovering 2000",
    failed: "recovering 1300: restart-ice",
    "network changed": "connected: check-signaling, restart-ice",
    "peer away": "connected 22000",
  },
  waiting: {
    replaced: "connecting 30000",
    media: "connected: send-key-frame",
    synced: "recovering 1300: restart-ice",
    "network changed": "recovering 1300: check-signaling, restart-ice",
    "peer back": "recovering 700",
    "peer restarted": "recovering 6000",
    timer: "recovering 1300: restart-ice",
  },
  tried: {
    replaced: "connecting 30000",
    media: "connected: send-key-frame",
    synced: "recovering 1300: restart-ice",
    "network changed": "recovering 1300: check-signaling, restart-ice",
    "peer back": "recovering 1300: restart-ice",
    "peer restarted": "recovering 6000",
    timer: "recovering 3000: restart-ice",
  },
  alone: {
    replaced: "connecting 30000",
    media: "connected 20500: send-key-frame",
    "network changed": "unreachable 19750: check-signaling",
    "peer back": "recovering 1300: restart-ice",
    timer: "failed: give-up",
  },
  replaced: {
    connected: "connected",
    failed: "recovering 1300: restart-ice",
    media: "connected",
    "network changed": "connecting 30000: check-signaling",
    "peer away": "connecting 22000",
    timer: "failed: give-up",
  },
  failed: {},
};

for (const [name, make] of Object.entries(STATES)) {
  for (const [event, tell] of Object.entries(EVENTS)) {
    Deno.test(`recovery: ${name}, ${event}`, () => {
      const side = make();
      const show = () => {
        const deadline = deadlineOf(side.state);
        return side.state.phase + (deadline === null ? "" : ` ${deadline - side.now}`);
      };
      const before = show();
      side.done;
      tell(side);
      const done = side.done.map((done) => done.split(" ")[1]).join(", ");
      const found = show() + (done === "" ? "" : `: ${done}`);
      assert.equal(found === before ? undefined : found, TABLE[name]![event]);
    });
  }
}

Deno.test("recovery: once closed, nothing is done", () => {
  for (const [name, make] of Object.entries(STATES)) {
    const side = make().tell({ type: "close" });
    side.done;
    for (const tell of Object.values(EVENTS)) tell(side);
    assert.deepEqual([side.state.phase, side.done], ["closed", []], name);
  }
});

Deno.test("recovery: four tries of a caller, and when", () => {
  const side = silenced().wait(60_000);
  const tries = ["11250 restart-ice", "12550 restart-ice", "15550 restart-ice", "21550 restart-ice"];
  assert.deepEqual(side.done, ["11250 check-signaling", ...tries, "27550 give-up"]);
});

Deno.test("recovery: a callee leaves the first try to the caller, and the caller's has six seconds", () => {
  const side = silenced(CALLEE).wait(1_500);
  assert.deepEqual(side.done, ["11250 check-signaling"]);
  side.tell({ type: "peer-restarted" }).wait(7_000);
  assert.deepEqual(side.done, ["17500 restart-ice"]);
});

Deno.test("recovery: who sends nothing is not missed: one restart, and the browser's word counts", () => {
  const side = silenced(CALLER, { isSending: false });
  side.wait(1_400);
  assert.ok(isWell(side.state), "it is not said that anything is wrong");
  side.wait(60_000);
  assert.deepEqual(side.done, ["11250 check-signaling", "11250 restart-ice"]);
  assert.ok(side.state.phase === "connected" && isWell(side.state));
});

Deno.test("recovery: a tunnel of fifteen seconds with the signaling away, and then tries enough", () => {
  const side = silenced().wait(1_500).tell({ type: "signaling", status: "away" }).wait(13_500);
  assert.deepEqual(side.done.slice(1), ["11250 restart-ice"]);
  side.tell({ type: "network-changed" }).wait(500).tell({ type: "signaling", status: "open" }).tell({ type: "synced" });
  assert.deepEqual(side.done, ["25000 check-signaling", "25500 restart-ice"]);
  side.isReceiving = true;
  side.wait(1_000);
  assert.deepEqual([side.state.phase, side.done], ["connected", ["25750 send-key-frame"]]);
});

Deno.test("recovery: who was away and is not heard of counts as back when the grace is over", () => {
  const side = talking().tell({ type: "peer", isAway: true });
  assert.equal(isWell(side.wait(21_000).state), false);
  assert.equal(isWell(side.wait(1_100).state), true);
});

Deno.test("recovery: where this side's signaling is gone for good, the path has six seconds to come back by itself", () => {
  const side = silenced().tell({ type: "signaling", status: "gone" }).wait(30_000);
  assert.deepEqual(side.done, ["11250 check-signaling", "17250 give-up"]);
});

for (const isSending of [true, false]) {
  const word = isSending ? "says that it sends" : "never said what it sends";
  Deno.test(`recovery: media stops for good, and the browser says so late; the other side ${word}: an end within the bound`, () => {
    const side = silenced(CALLER, { isSending }).wait(5_000).browserSays("disconnected");
    side.wait(10_000).browserSays("failed").wait(130_000);
    assert.equal(side.state.phase, "failed");
    const [, endedAt] = [side.log, Number(side.log.at(-1)!.split(" ")[0])];
    assert.match(side.log.at(-1)!, /give-up$/);
    // Without a word of what is sent, the browser's is taken until it takes it back, five seconds later.
    assert.ok(endedAt - 10_000 <= roundMs(CALLER) + 250 + (isSending ? 0 : 5_000), side.log.join());
    assert.equal(side.log.filter((done) => done.endsWith("restart-ice")).length, isSending ? 4 : 5);
  });
}
