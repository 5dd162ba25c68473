/** `LOG=json`: what real processes print is one event a line, of a known form, and says nothing of people. */

import assert from "node:assert/strict";
import { answer, CALL, CHAT, Device, offer } from "../support/device.ts";
import { Guest } from "../support/guest.ts";
import { linesOf, type LogLine, logLine } from "../support/log_lines.ts";
import { build, PRODUCT, SECRET, startProduct } from "../support/product.ts";
import { Receiver, WEBHOOK_SECRET } from "../support/receiver.ts";
import { HAS_REDIS, Redis } from "../support/redis.ts";
import { candidate } from "../support/sdp.ts";
import { until } from "../support/until.ts";

const PUBLIC_URL = "https://calls.example.org";

// Sockets of a server that left close in their own time.
const loose = { sanitizeOps: false, sanitizeResources: false };

const of = <Event extends LogLine["event"]>(lines: readonly LogLine[], event: Event) =>
  lines.filter((line): line is Extract<LogLine, { event: Event }> => line.event === event);

/** Ann calls Bob, who answers; she hangs up. */
async function talk(ann: Device, bob: Device): Promise<void> {
  ann.say({ type: "call:initiate", offer });
  await bob.hears("call:offer");
  ann.say({ type: "call:ice-candidate", candidate: candidate(1) });
  bob.say({ type: "call:answer", answer });
  await ann.hears("call:answer");
  ann.say({ type: "call:end" });
  await bob.hears("call:end");
}

Deno.test({
  name: "log: one process prints one event a line, and neither people nor what they send",
  ...loose,
  async fn() {
    await build();
    await using receiver = new Receiver(() => new Response(null, { status: 410 }));
    const product = await startProduct({
      LOG: "json",
      SIGNAL_LOG: "debug",
      PUBLIC_URL,
      JWT_SECRET: "what only the two servers know",
      RECEIPT_WEBHOOK: receiver.url,
      RECEIPT_SECRET: WEBHOOK_SECRET,
    });
    const guest = new Guest(product.url, PUBLIC_URL);
    assert.equal((await guest.post("/api/session", { name: "Ada Lovelace" })).status, 200);
    const chatId = await guest.createChat();
    {
      using ann = await Device.open(product, "ann");
      using bob = await Device.open(product, "bob");
      await talk(ann, bob);
      const token = guest.cookie!.split("=")[1]!;
      assert.equal((await guest.get("/api/session", { authorization: `Bearer ${token}x` })).status, 401);
      const stranger = Object.assign(new Guest(product.url, "https://elsewhere.example"), { cookie: guest.cookie });
      for (let n = 0; n < 7; n++) assert.equal((await stranger.post("/api/chats")).status, 403);
      await until("the webhook refuses", () => Promise.resolve(product.output().includes("report-lost")));
    }
    await product[Symbol.asyncDispose]();
    const lines = linesOf(product.output(), ["Ada", "Lovelace", chatId, CHAT, guest.cookie!.split("=")[1]!, SECRET]);
    const events = lines.map(({ event }) => event).filter((event) => event !== "message" && event !== "call");
    assert.deepEqual(
      events.toSorted(),
      [
        "started",
        "listening",
        "call-placed",
        "call-ended",
        "token-refused",
        ...Array(5).fill("origin-refused"),
        "report-lost",
        "leaving",
        "left",
      ].toSorted(),
    );
    const [ended] = of(lines, "call-ended");
    assert.deepEqual([ended!.callId, ended!.outcome, ended!.media], [CALL, "hangup", "video"]);
    assert.ok(ended!.ringMs! >= 0 && ended!.ringMs! < 5_000 && ended!.durationMs! >= 0);
    assert.match(of(lines, "report-lost")[0]!.why, /^it answers 410$/);
    assert.ok(of(lines, "message").some(({ type, user }) => type === "call:answer" && user === "bob"));
    assert.ok(of(lines, "call").some(({ type }) => type === "answered"));
  },
});

Deno.test({
  name: "log: lines of several workers say which, and the store is told of when it goes and comes",
  ignore: !HAS_REDIS || Deno.build.os !== "linux",
  ...loose,
  async fn() {
    await build();
    await using redis = await Redis.start();
    const product = await startProduct({ LOG: "json", REDIS_URL: redis.url }, [], ["--workers", "2"]);
    const alone = (worker: number) => ({ url: `http://127.0.0.1:${Number(new URL(product.url).port) + worker}` });
    const said = (event: string, count: number) =>
      until(`${count} times ${event}`, () => {
        const found = product.output().split("\n").filter((line) => line.includes(`"event":"${event}"`));
        return Promise.resolve(found.length >= count);
      });
    const isReady = (worker: number) =>
      until(`worker ${worker} is ready`, async () => {
        const { status, body } = await fetch(`${alone(worker).url}/readyz`);
        await body?.cancel();
        return status === 200;
      });
    await Promise.all([isReady(1), isReady(2)]);
    {
      using ann = await Device.open(alone(1), "ann");
      using bob = await Device.open(alone(2), "bob");
      await talk(ann, bob);
    }
    await redis.stop();
    await said("store-lost", 2);
    await redis.startAgain();
    await said("store-back", 2);
    await product[Symbol.asyncDispose]();
    const lines = linesOf(product.output(), [CHAT, SECRET]);
    const workersOf = (event: LogLine["event"]) => of(lines, event).map(({ worker }) => worker).toSorted();
    for (const event of ["started", "store-lost", "store-back", "leaving", "left"] as const) {
      assert.deepEqual(workersOf(event), [1, 2], event);
    }
    assert.deepEqual(of(lines, "workers-listening").map(({ workers, worker }) => [workers, worker]), [[2, undefined]]);
    const [placed, ...others] = of(lines, "call-placed");
    assert.deepEqual([placed!.worker, placed!.callId, others], [1, CALL, []]);
    assert.deepEqual(of(lines, "call-ended").map(({ worker, outcome }) => [worker, outcome]), [[1, "hangup"]]);
  },
});

Deno.test("log: what nobody expected is an event too, be it printed by a package or the end of the process", async () => {
  await build();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: PRODUCT.with(-1, "tests/support/failing.ts"),
    cwd: new URL("../../", import.meta.url),
    env: { LOG: "json", PORT: "0", SESSION_SECRET: SECRET, DATA_DIR: ":memory:", STUN_URLS: "" },
    signal: AbortSignal.timeout(20_000),
  }).output();
  assert.deepEqual(linesOf(new TextDecoder().decode(stdout)).map(({ event }) => event), ["started", "listening"]);
  const failures = of(linesOf(new TextDecoder().decode(stderr)), "failed");
  const whys = failures.map(({ why }) => why);
  assert.deepEqual([code, whys], [1, ["TypeError: printed by a package", "RangeError: caught by nobody"]]);
  for (const { stack } of failures) assert.match(stack, /^ +at .*failing\.ts:/);
});

for (
  const [what, env, args, event] of [
    ["a wrong setting", { GRACE_MS: "1" }, [], "configuration-refused"],
    ["a wrong argument", {}, ["--workers", "0"], "arguments-refused"],
    ["a setting that workers lack", {}, ["--workers", "2"], "configuration-refused"],
  ] as const
) {
  Deno.test(`log: ${what} ends the start in one event`, async () => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...PRODUCT, ...args],
      cwd: new URL("../../", import.meta.url),
      env: { LOG: "json", PORT: "0", SESSION_SECRET: SECRET, ...env },
      signal: AbortSignal.timeout(20_000),
    }).output();
    const lines = linesOf(new TextDecoder().decode(stderr));
    assert.deepEqual([code, stdout.length, lines.map(({ event }) => event)], [1, 0, [event]]);
  });
}

Deno.test("log: docs/operations.md has every event, with its level and its fields", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/operations.md", import.meta.url));
  const rows = page.matchAll(/^\| `([a-z-]+)` +\| (debug|info|warn|error) +\| ((?:`\w+`(?:, )?)*)/gm);
  const documented = Object.fromEntries(
    Array.from(rows, ([, event, level, fields]) => [event, [level, ...fields!.matchAll(/\w+/g).map(String)]]),
  );
  const general = ["ts", "level", "event", "worker", "suppressed"];
  const actual = logLine.options.map(({ shape }) => {
    const fields = Object.keys(shape).filter((name) => !general.includes(name));
    return [shape.event.value, [shape.level.value, ...fields]];
  });
  assert.deepEqual(documented, Object.fromEntries(actual));
});
