/** The life of a token (R20) as a pure machine: states by events, and when it is next due. */

import assert from "node:assert/strict";
import { bornAt, type Life, type LifeEffect, type LifeEvent, live, nextAt, OUTLIVED_MS } from "./lifetime.ts";

const HOUR_MS = 3600 * 1000;

const CALL = { chatId: "chat", callId: "call-0123456789abcdef" };
const VALID: Life = { state: "valid", noticeAt: 900, expiresAt: 1000 };
const NOTICED: Life = { ...VALID, noticeAt: null };
const EXPIRED: Life = { state: "expired", call: CALL, endsAt: 1000 + OUTLIVED_MS };
const LEAVING: Life = { ...EXPIRED, state: "leaving", endsAt: 3000 };
const OVER: Life = { state: "over" };
const at = (now: number, call: typeof CALL | null = null): LifeEvent => ({ type: "time", now, call });
const renewed = (now: number, expiresAt: number): LifeEvent => ({ type: "renewed", now, expiresAt });
const left = (now: number, waitMs: number): LifeEvent => ({ type: "left", now, waitMs });

const STEPS: [what: string, before: Life, event: LifeEvent, after: Life, effect: LifeEffect | null][] = [
  ["nothing is due", VALID, at(899, CALL), VALID, null],
  ["it expires soon: said once", VALID, at(900), NOTICED, "notice"],
  ["it expires soon, and that was said", NOTICED, at(999), NOTICED, null],
  ["expired without a call", NOTICED, at(1000), OVER, "end"],
  ["expired in a call, which goes on", NOTICED, at(1000, CALL), EXPIRED, "notice"],
  ["the same, though the timer comes late", VALID, at(5000, CALL), EXPIRED, "notice"],
  ["found in a call longer ago than a call may", VALID, at(1000 + OUTLIVED_MS, CALL), OVER, "end"],
  ["the call goes on", EXPIRED, at(999 + OUTLIVED_MS, CALL), EXPIRED, null],
  ["the call goes on for too long", EXPIRED, at(1000 + OUTLIVED_MS, CALL), OVER, "end"],
  ["the call is over", EXPIRED, left(1000, 2000), LEAVING, null],
  ["the call is over right before the last moment", { ...EXPIRED, endsAt: 3000 }, left(2999, 2000), LEAVING, null],
  ["time to tell of it", LEAVING, at(2999), LEAVING, null],
  ["nothing more to tell", LEAVING, left(1500, 0), { ...LEAVING, endsAt: 1500 }, null],
  ["gone", LEAVING, at(3000), OVER, "end"],
  ["a call that a valid token outlives", VALID, left(500, 0), VALID, null],
  ["renewed in time", NOTICED, renewed(950, 100_950), { state: "valid", noticeAt: 75_950, expiresAt: 100_950 }, null],
  ["renewed in the call", EXPIRED, renewed(2000, 102_000), {
    state: "valid",
    noticeAt: 77_000,
    expiresAt: 102_000,
  }, null],
  ["renewed on leaving", LEAVING, renewed(2000, 102_000), {
    state: "valid",
    noticeAt: 77_000,
    expiresAt: 102_000,
  }, null],
  ["a token that is good for less than the one before", VALID, renewed(500, 999), VALID, null],
  ["a token that has expired itself", EXPIRED, renewed(2000, 2000), EXPIRED, null],
  ["renewed too late", OVER, renewed(2000, 9000), OVER, null],
  ["left too late", OVER, left(2000, 0), OVER, null],
  ["no time after the end", OVER, at(9000, CALL), OVER, null],
];

Deno.test("[R20] the life of a token: every state, every event", () => {
  for (const [what, before, event, after, effect] of STEPS) {
    assert.deepEqual(live(before, event), { life: after, effect }, what);
  }
  for (const before of [VALID, NOTICED, EXPIRED, LEAVING, OVER]) {
    for (const type of ["time", "renewed", "left"]) {
      assert.ok(
        STEPS.some(([, life, event]) => life.state === before.state && event.type === type),
        `${before.state} ${type}`,
      );
    }
  }
});

Deno.test("[R20] the life of a token: it ends in bounded time, whatever the call does, and never without saying so", () => {
  for (const call of [CALL, null]) {
    for (const lifeMs of [-HOUR_MS, 0, 1, 4_000, HOUR_MS, 60 * 24 * HOUR_MS]) {
      let life = bornAt(0, lifeMs);
      let now = 0;
      const effects: (LifeEffect | null)[] = [];
      for (let steps = 0; life.state !== "over"; steps++) {
        assert.ok(steps < 4, `${lifeMs} ms, ${call ? "in a call" : "no call"}: ${JSON.stringify(life)}`);
        now = Math.max(now, nextAt(life)!);
        const next = live(life, at(now, call));
        life = next.life;
        effects.push(next.effect);
      }
      assert.equal(nextAt(life), null);
      assert.equal(now, Math.max(0, lifeMs) + (call && lifeMs > -OUTLIVED_MS ? OUTLIVED_MS - Math.max(0, -lifeMs) : 0));
      assert.deepEqual(effects.filter((effect) => effect === "end"), ["end"]);
    }
  }
});

const NOTICES: [lifeMs: number, noticeMs: number][] = [
  [2_000, 3_000], // more than there is: at once
  [4_000, 3_000],
  [20_000, 5_000],
  [60_000, 15_000],
  [240_000, 60_000],
  [HOUR_MS, 60_000],
  [30 * 24 * HOUR_MS, 60_000],
];

Deno.test("[R20] it is said in good time that a token expires: a quarter of its life before, from 3 s to a minute", () => {
  for (const [lifeMs, noticeMs] of NOTICES) {
    assert.deepEqual(bornAt(7, 7 + lifeMs), { state: "valid", noticeAt: 7 + lifeMs - noticeMs, expiresAt: 7 + lifeMs });
  }
});
