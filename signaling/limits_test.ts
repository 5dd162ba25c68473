import assert from "node:assert/strict";
import { addressOf, Bucket, Buckets, FloodGate } from "./limits.ts";

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

Deno.test("[R18] a flood is answered once in twenty, and closed at a thousand within ten seconds", () => {
  const gate = new FloodGate();
  const verdicts = Array.from({ length: 1_000 }, (_, n) => gate.refuse(n));
  assert.equal(verdicts.filter((verdict) => verdict === "answer").length, 50);
  assert.equal(verdicts.at(-1), "close");
  assert.equal(verdicts.indexOf("close"), 999);
  const slow = new FloodGate();
  const spread = Array.from({ length: 3_000 }, (_, n) => slow.refuse(n * 20));
  assert.ok(!spread.includes("close"));
});

for (
  const [proxies, forwarded, expected] of [
    [0, "203.0.113.9", "198.51.100.1"],
    [1, "203.0.113.9, 192.0.2.4", "192.0.2.4"],
    [2, "203.0.113.9, 192.0.2.4", "203.0.113.9"],
    [1, null, "198.51.100.1"],
    [1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    [1, "2001:db8::6", "2001:db8:0:0::/64"],
    [1, "::ffff:192.0.2.4", "192.0.2.4"],
  ] as const
) {
  Deno.test(`[R18] the address behind ${proxies} proxies, forwarded ${forwarded}`, () => {
    const headers = new Headers(forwarded === null ? {} : { "x-forwarded-for": forwarded });
    const remoteAddr: Deno.NetAddr = { transport: "tcp", hostname: "198.51.100.1", port: 1 };
    assert.equal(addressOf(headers, { remoteAddr, completed: Promise.resolve() }, proxies), expected);
  });
}
