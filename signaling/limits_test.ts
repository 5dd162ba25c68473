import assert from "node:assert/strict";
import type { ClientMessage } from "../shared/protocol/client_messages.ts";
import type { Parsed } from "../shared/protocol/frames.ts";
import { Bucket, Buckets, DeviceRates, FloodGate } from "./limits.ts";

Deno.test("[R18] a bucket gives its burst, then its rate, and says how long to wait", () => {
  const bucket = new Bucket({ burst: 3, perSecond: 2 }, 0);
  assert.deepEqual([0, 0, 0, 0].map((now) => bucket.take(now)), [0, 0, 0, 500]);
  assert.equal(bucket.take(499), 1);
  assert.equal(bucket.take(500), 0);
  assert.deepEqual([bucket.isFull(1_500), bucket.isFull(2_500)], [false, true]);
});

Deno.test("[R18] keys do not share, and full buckets are forgotten", () => {
  const buckets = new Buckets({ burst: 1, perSecond: 1 });
  assert.equal(buckets.take("a", 0), 0);
  assert.equal(buckets.take("a", 0), 1_000);
  assert.equal(buckets.take("b", 0), 0);
  for (let n = 0; n < 5_000; n++) buckets.take(`address ${n}`, n * 10);
  assert.ok(buckets.size < 2_500, `${buckets.size} are kept`);
});

Deno.test("[R18] who is refused in turn is told to wait for a token each, and for no more than a bucket of them", () => {
  const bucket = new Bucket({ burst: 3, perSecond: 2 }, 0);
  const waits = Array.from({ length: 8 }, () => bucket.takeInTurn(0));
  assert.deepEqual(waits, [0, 0, 0, 500, 1_000, 1_500, 1_500, 1_500]);
  assert.deepEqual([0, 1, 2].map(() => bucket.takeInTurn(1_500)), [0, 0, 0], "all that were told so");
  assert.equal(bucket.takeInTurn(60_000), 0);
});

const ids = { chatId: "chat", callId: "call-0123456789abcdef" };
const end: ClientMessage = { type: "call:end", ...ids };
const reject: ClientMessage = { type: "call:reject", ...ids };
const media: ClientMessage = { type: "call:media", ...ids, audio: true, video: true, screen: false };
const candidate = (type?: string): ClientMessage => ({
  type: "call:ice-candidate",
  ...ids,
  candidate: type === undefined ? null : { candidate: `candidate:1 1 udp 9 192.0.2.1 9 typ ${type}` },
});

const junk: Parsed = { ok: false, refusal: { code: "INVALID_MESSAGE", message: "" } };
const admit = (rates: DeviceRates, what: ClientMessage | Parsed, now = 0) =>
  rates.admit("ok" in what ? what : { ok: true, message: what }, now);

/** How many of a thousand at once are served. */
const served = (rates: DeviceRates, what: ClientMessage | Parsed) =>
  Array.from({ length: 1_000 }, () => admit(rates, what)).filter((admission) => admission.do === "serve").length;

Deno.test("[R18] candidates that are too many are dropped alone: hosts first, relayed ones last, and they crowd nothing out", () => {
  const rates = new DeviceRates(0);
  assert.equal(served(rates, candidate("host")), 200);
  assert.equal(served(rates, candidate("srflx")), 100);
  assert.equal(served(rates, candidate("relay")), 100);
  for (const type of ["host", "srflx", "relay"]) assert.deepEqual(admit(rates, candidate(type)), { do: "drop" });
  assert.deepEqual(admit(rates, { ok: true, message: null, dropped: [] }), { do: "drop" });
  assert.deepEqual(admit(rates, candidate()), { do: "serve", isExcess: false }, "the end of candidates");
  assert.equal(served(rates, media), 99);
  assert.deepEqual(admit(rates, candidate("relay"), 25), { do: "serve", isExcess: false }, "forty a second");
});

Deno.test("[R18] what ends a call is served whatever came before it, and counted; all else is refused with its time", () => {
  const rates = new DeviceRates(0);
  assert.equal(served(rates, junk), 100);
  for (const message of [end, reject]) assert.deepEqual(admit(rates, message), { do: "serve", isExcess: true });
  assert.equal(served(rates, end), 1_000);
  const rest = [media, candidate(), junk, { type: "ping" } as const];
  const told = rest.map((what) => admit(rates, what));
  for (const { do: verdict } of told) assert.equal(verdict, "refuse");
});

Deno.test("[R18] a thousand messages over the rate within ten seconds are a flood", () => {
  const gate = new FloodGate();
  const verdicts = Array.from({ length: 1_000 }, (_, n) => gate.count(n));
  assert.equal(verdicts.indexOf(true), 999);
  const slow = new FloodGate();
  assert.ok(!Array.from({ length: 3_000 }, (_, n) => slow.count(n * 20)).includes(true));
});
