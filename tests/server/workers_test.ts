/** Several workers behind one port (`--workers`). */

import assert from "node:assert/strict";
import { answer, CALL, Device, offer } from "../support/device.ts";
import { build, PRODUCT, type Product, SECRET, startProduct } from "../support/product.ts";
import { HAS_REDIS, Redis } from "../support/redis.ts";
import { until } from "../support/until.ts";

const COUNT = 3;

/** Three workers. The nth of them is also found alone. */
interface Stage {
  readonly product: Product;
  alone(worker: number): { readonly url: string };
  pidOf(worker: number): Promise<number | null>;
}

function workers(name: string, run: (stage: Stage) => Promise<void>): void {
  Deno.test({
    name: `workers: ${name}`,
    ignore: !HAS_REDIS || Deno.build.os !== "linux",
    // Sockets whose server was killed close in their own time.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await build();
      await using redis = await Redis.start();
      const product = await startProduct({ REDIS_URL: redis.url }, [], ["--workers", String(COUNT)]);
      const alone = (worker: number) => ({ url: `http://127.0.0.1:${Number(new URL(product.url).port) + worker}` });
      try {
        for (let n = 1; n <= COUNT; n++) await isReady(alone(n).url);
        await run({ product, alone, pidOf: (worker) => childOf(product.pid, worker) });
      } finally {
        if (await isAlive(product.pid)) await product[Symbol.asyncDispose]();
      }
    },
  });
}

/** The process that a supervisor started as this worker. */
async function childOf(pid: number, worker: number): Promise<number | null> {
  const children = (await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`)).trim().split(" ").map(Number);
  for (const child of children) {
    const words = (await Deno.readTextFile(`/proc/${child}/cmdline`).catch(() => "")).split("\0");
    if (words.includes("--worker") && words.includes(String(worker))) return child;
  }
  return null;
}

const isAlive = (pid: number) => Deno.stat(`/proc/${pid}`).then(() => true, () => false);

const textOf = async (url: string) => await fetch(url).then((response) => response.text(), () => "");
const isReady = (url: string) =>
  until(`${url} is ready`, async () => (await textOf(`${url}/readyz`)).trim() === "ready");
const socketsOf = async ({ url }: { readonly url: string }) =>
  Number(/^zvonok_sockets (\d+)$/m.exec(await textOf(`${url}/metrics`))?.[1]);

workers("people on two of them call each other, and one whose worker is killed is back at once", async (stage) => {
  const { product, alone, pidOf } = stage;
  using ann = await Device.open(alone(1), "ann");
  using bob = await Device.open(alone(2), "bob");
  ann.say({ type: "call:initiate", offer });
  await bob.hears("call:offer");
  bob.say({ type: "call:answer", answer });
  await ann.hears("call:answer");
  const killed = await pidOf(1);
  Deno.kill(killed!, "SIGKILL");
  await until("her socket closes", () => Promise.resolve(ann.closed !== null));
  using annAgain = await Device.open(product, "ann");
  assert.equal(annAgain.of("welcome")[0]!.calls?.[0]?.callId, CALL);
  annAgain.say({ type: "call:media", audio: true, video: true, screen: false });
  await bob.hears("call:media");
  await isReady(alone(1).url);
  assert.ok(![null, killed].includes(await pidOf(1)));
  assert.match(product.output(), /^worker 1: It ended \(SIGKILL\), and is replaced at once\.$/m);
});

workers("connections are shared out among all", async ({ product, alone }) => {
  await using people = new AsyncDisposableStack();
  const counts = () => Promise.all([1, 2, 3].map((worker) => socketsOf(alone(worker))));
  // Of 40, all miss one of three once in some millions of times.
  for (let n = 0; n < 40; n++) people.use(await Device.open(product, `user-${n}`));
  const spread = await counts();
  assert.equal(spread.reduce((sum, count) => sum + count), 40);
  assert.ok(spread.every((count) => count > 0), spread.join());
});

for (
  const [signal, what] of [["SIGTERM", "when they are told to"], [
    "SIGKILL",
    "where their supervisor is killed",
  ]] as const
) {
  workers(`all end ${what}`, async ({ product, alone, pidOf }) => {
    const pids = await Promise.all([1, 2, 3].map(pidOf));
    using ann = await Device.open(alone(2), "ann");
    await (signal === "SIGTERM" ? product[Symbol.asyncDispose]() : product.halt());
    for (const pid of pids) await until(`process ${pid} has ended`, async () => !await isAlive(pid!));
    await until("her socket is closed as by a restart", () => Promise.resolve(ann.closed === 1012));
  });
}

const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const redisUrl = { REDIS_URL: "redis://127.0.0.1:1" };
const wrong: [args: string[], env: Record<string, string>, says: RegExp][] = [
  [["--workers", "0"], {}, /^Arguments: --workers: expected a whole number from 1 to 64$/],
  [["--workers", "many"], {}, /^Arguments: --workers: expected a whole number/],
  [["--workers"], {}, /^Arguments: .*--workers/],
  [["--wrokers", "2"], {}, /^Arguments: .*--wrokers.*expected nothing, or --workers N$/],
  [["2"], {}, /^Arguments: .*expected nothing, or --workers N$/],
  [["--workers", "2"], {}, /^Configuration: --workers: expected REDIS_URL beside it/],
  [["--workers", "2"], { GRACE_MS: "1" }, /^Configuration: GRACE_MS/],
  [
    ["--workers", "2"],
    { ...redisUrl, PORT: String(taken.addr.port) },
    /cannot listen at 127\.0\.0\.1, port \d+: it is in use$/,
  ],
  [
    ["--workers", "2"],
    { ...redisUrl, PORT: String(taken.addr.port - 1) },
    /cannot listen at 127\.0\.0\.1, port \d+: it is in use$/,
  ],
];
taken.close();

for (const [args, env, says] of wrong) {
  Deno.test({
    name: `workers: ${args.join(" ")} with ${Object.keys(env).join() || "nothing"} ends the start in one line`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      using _ = env.PORT === undefined ? null : Deno.listen({ hostname: "127.0.0.1", port: taken.addr.port });
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [...PRODUCT, ...args],
        cwd: new URL("../../", import.meta.url),
        env: { PORT: "0", SESSION_SECRET: SECRET, NO_COLOR: "1", ...env },
        signal: AbortSignal.timeout(20_000),
      }).output();
      const lines = new TextDecoder().decode(stderr).trimEnd();
      assert.deepEqual([code, new TextDecoder().decode(stdout)], [1, ""], lines);
      assert.match(lines, says);
    },
  });
}
