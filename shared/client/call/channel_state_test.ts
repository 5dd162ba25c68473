import assert from "node:assert/strict";
import { pick, random } from "../../../tests/support/prng.ts";
import {
  advance,
  type ChannelEvent,
  type ChannelState,
  type Frame,
  frameOf,
  hasRoomFor,
  MAX_QUEUED,
  start,
} from "./channel_state.ts";

/** One side of a channel, over all its pages. */
class Side {
  state: ChannelState;
  /** Which connection it is on; 0: none. */
  connection = 0;
  /** The last connection that this page had; a page does not take over the connections of the one before. */
  last = 0;
  /** The messages that arrived from the other side. */
  readonly got: string[] = [];
  /** The messages that this page sent, and those that earlier pages did. */
  sent: string[] = [];
  readonly before: string[][] = [];
  other!: Side;
  #pages = 0;
  readonly #name: string;
  /** The frames that are on their way to this side, by connection. */
  readonly #frames: { connection: number; frame: Frame }[] = [];

  constructor(name: string) {
    this.#name = name;
    this.state = start(`${name}0`, null);
  }

  tell(event: ChannelEvent): void {
    const { state, effects } = advance(this.state, event);
    this.state = state;
    for (const [what, given] of effects) {
      if (what === "deliver") this.got.push(given);
      // As JSON, which is what goes over the line.
      else this.other.#frames.push({ connection: this.connection, frame: frameOf(JSON.stringify(given))! });
    }
  }

  send(): void {
    const text = `${this.state.stream}.${this.sent.length}`;
    this.sent.push(text);
    this.tell({ type: "send", text });
  }

  /** Takes the next frame. Those of a connection that it is not on any more are lost, and so may be those of one that it is not on yet. */
  receive(): boolean {
    const next = this.#frames.shift();
    if (next?.connection === this.connection) this.tell(next.frame);
    return next !== undefined;
  }

  /** No connection comes back: a lost one is replaced. */
  connect(connection: number): void {
    this.tell({ type: "disconnected" });
    this.connection = this.last = connection;
    this.tell({ type: "connected" });
  }

  disconnect(): void {
    this.connection = 0;
    this.tell({ type: "disconnected" });
  }

  reload(): void {
    this.connection = 0;
    this.before.push(this.sent);
    this.sent = [];
    this.state = start(`${this.#name}${++this.#pages}`, this.state.heard);
  }
}

const RUNS = 3_000;

Deno.test("channel: over lost connections and reloads, what a page sends arrives in order and once, and all of it if the page lives", () => {
  const chance = random(8);
  for (let run = 0; run < RUNS; run++) {
    const sides = [new Side("a"), new Side("b")] as const;
    [sides[0].other, sides[1].other] = [sides[1], sides[0]];
    let newest = 0;
    for (let step = 0; step < 60; step++) {
      const side = pick(sides, chance);
      const dice = chance();
      if (dice < 0.3) side.send();
      else if (dice < 0.8) side.receive();
      else if (dice < 0.93) side.connect(newest = Math.max(newest, side.last + 1));
      else if (dice < 0.97) side.disconnect();
      else side.reload();
    }
    newest++;
    for (const side of sides) side.connect(newest);
    while (sides.filter((side) => side.receive()).length > 0);
    for (const side of sides) {
      assert.equal(side.state.phase, "open");
      const rows = [...side.before, side.sent];
      for (const sent of rows) {
        const got = side.other.got.filter((text) => sent.includes(text));
        assert.deepEqual(got, sent.slice(0, got.length), `run ${run}`);
      }
      assert.deepEqual(side.other.got.slice(-side.sent.length || Infinity), side.sent, `run ${run}`);
      assert.deepEqual(side.state.queue, [], `run ${run}: nothing is kept that has arrived`);
    }
  }
});

Deno.test("channel: no more is kept than is to be, until the other side has it", () => {
  let state = start("a", null);
  const text = "x".repeat(MAX_QUEUED / 4);
  for (let n = 0; n < 4; n++) {
    assert.ok(hasRoomFor(state, text));
    state = advance(state, { type: "send", text }).state;
  }
  assert.ok(!hasRoomFor(state, "x"));
  state = advance(state, { type: "connected" }).state;
  state = advance(state, { type: "hello", stream: "b", taken: 0, heard: null }).state;
  assert.ok(!hasRoomFor(state, "x"));
  assert.ok(hasRoomFor(advance(state, { type: "taken", next: 1 }).state, text));
});

Deno.test("channel: what the other side may not say changes nothing", () => {
  const open = [
    { type: "send", text: "one" },
    { type: "connected" },
    { type: "hello", stream: "b", taken: 3, heard: { stream: "a", next: 99 } },
  ] as const;
  const state = open.reduce((state: ChannelState, event) => advance(state, event).state, start("a", null));
  assert.deepEqual(state, { phase: "open", stream: "a", taken: 0, queue: ["one"], heard: { stream: "b", next: 3 } });
  for (const next of [-1, 2, 1e9]) assert.deepEqual(advance(state, { type: "taken", next }).state, state);
  const again = { type: "hello", stream: "c", taken: 0, heard: null } as const;
  assert.deepEqual(advance(state, again), { state, effects: [] });
  assert.deepEqual(advance(start("a", null), { type: "message", text: "early" }).effects, []);
  const closed = advance(state, { type: "close" }).state;
  for (const event of open) assert.deepEqual(advance(closed, event), { state: closed, effects: [] });
});

Deno.test("channel: frames of another form are none", () => {
  const wrong = [
    "",
    "{",
    "null",
    "1",
    "[]",
    "{}",
    '{"type":"later"}',
    '{"type":"message"}',
    '{"type":"message","text":1}',
    '{"type":"taken","next":-1}',
    '{"type":"taken","next":"1"}',
    '{"type":"hello","stream":1,"taken":0,"heard":null}',
    '{"type":"hello","stream":"a","taken":0.5,"heard":null}',
    '{"type":"welcome","stream":"a","taken":0}',
    '{"type":"welcome","stream":"a","taken":0,"heard":{"stream":"b"}}',
    new ArrayBuffer(1),
    undefined,
  ];
  for (const data of wrong) assert.equal(frameOf(data), null, String(data));
  assert.deepEqual(frameOf('{"type":"message","text":""}'), { type: "message", text: "" });
});
