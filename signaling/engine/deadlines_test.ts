import assert from "node:assert/strict";
import { fc } from "../../tests/support/packages.ts";
import { until } from "../../tests/support/until.ts";
import { Deadline, Deadlines } from "./deadlines.ts";

/** A clock that stands until it is set on, and counts how often a timer is armed by it. */
function withTimers(run: (set: (now: number) => void, deadlines: Deadlines, armed: () => number) => void): void {
  const { setTimeout: real, clearTimeout: clear } = globalThis;
  let [now, armed] = [0, 0];
  let timer: { at: number; fire: () => void } | null = null;
  globalThis.setTimeout = ((fire: () => void, delay: number) => {
    armed++;
    timer = { at: now + delay, fire };
    return 1;
  }) as unknown as typeof setTimeout;
  globalThis.clearTimeout = () => timer = null;
  try {
    run(
      (to) => {
        while (timer !== null && timer.at <= to) {
          const { at, fire } = timer;
          [now, timer] = [at, null];
          fire();
        }
        now = to;
      },
      new Deadlines(() => now),
      () => armed,
    );
  } finally {
    Object.assign(globalThis, { setTimeout: real, clearTimeout: clear });
  }
}

const change = fc.record({ which: fc.nat(9), at: fc.option(fc.integer({ min: 1, max: 1_000 })), wait: fc.nat(50) });

Deno.test("deadlines: whatever is set, moved and lifted fires once, at its time and in order", () => {
  fc.assert(fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
    withTimers((setClock, deadlines) => {
      let now = 0;
      const fired: string[] = [];
      const expected: string[] = [];
      const due = new Map<number, number>();
      const all = Array.from({ length: 10 }, (_, n) => new Deadline(() => fired.push(`${n}`)));
      const pass = (to: number) => {
        const over = [...due].filter(([, at]) => at <= to).sort(([, a], [, b]) => a - b);
        // Of those due at one time any may be the first.
        const times = over.map(([, at]) => at);
        for (const [n] of over) due.delete(n);
        setClock(now = to);
        const news = fired.slice(expected.length);
        expected.push(...news);
        assert.deepEqual([...news].sort(), over.map(([n]) => `${n}`).sort());
        assert.deepEqual(news.map((n) => new Map(over).get(Number(n))), times);
      };
      for (const { which, at, wait } of changes) {
        const when = at === null ? null : now + at;
        deadlines.set(all[which]!, when);
        if (when === null) due.delete(which);
        else due.set(which, when);
        assert.equal(deadlines.size, due.size);
        pass(now + wait);
      }
      pass(now + 2_000);
      assert.equal(deadlines.size, 0);
    });
  }));
});

Deno.test("deadlines: ten thousand moves of one that is not the next arm no timer, nor does setting what is set", () => {
  withTimers((_, deadlines, armed) => {
    const [first, second] = [new Deadline(() => {}), new Deadline(() => {})];
    deadlines.set(first, 100);
    assert.equal(armed(), 1);
    for (let n = 0; n < 10_000; n++) {
      deadlines.set(second, 200 + n);
      deadlines.set(first, 100);
    }
    assert.equal(armed(), 1);
    assert.equal(deadlines.size, 2);
  });
});

Deno.test("deadlines: by real timers, and none is left over", async () => {
  const deadlines = new Deadlines(() => performance.now());
  const now = performance.now();
  const fired: number[] = [];
  for (const ms of [30, 10, 20]) {
    deadlines.set(new Deadline(() => fired.push(ms)), now + ms);
  }
  deadlines.set(new Deadline(() => fired.push(-1)), now + 60_000);
  await until("three are due", () => Promise.resolve(fired.length === 3));
  assert.deepEqual(fired, [10, 20, 30]);
  deadlines.close();
});
