/** Who is told by push, and what comes of it: order, limits, and subscriptions that are no more. */

import assert from "node:assert/strict";
import type { Fact } from "../call/facts.ts";
import { IN_MEMORY } from "../log/sqlite_log.ts";
import type { PushMessage } from "./messages.ts";
import { Pushes } from "./pushes.ts";
import type { Sent } from "./sender.ts";
import { SqliteSubscriptions } from "./sqlite_subscriptions.ts";

const ann = { user: "ann", device: "laptop", name: "Ann" };

/** Pushes to a service whose answers are the test's; Bob has `browsers`. */
async function scene(browsers: number, test: (scene: Scene) => Promise<void>): Promise<void> {
  const kept = new SqliteSubscriptions(IN_MEMORY, (event) => assert.fail(event));
  for (let n = 0; n < browsers; n++) {
    const endpoint = `https://push.example/${n}`;
    kept.keep("bob", { endpoint, p256dh: "key", auth: "secret", locale: "en", at: n });
  }
  try {
    await test(new Scene(kept));
  } finally {
    kept.close();
  }
}

class Scene {
  readonly kept: SqliteSubscriptions;
  /** What was handed over, `ringing 0` to the first browser, say; and how to answer it. */
  readonly sent: string[] = [];
  readonly unreached: string[] = [];
  readonly pushes: Pushes;
  readonly #answers: ((sent: Sent) => void)[] = [];

  constructor(kept: SqliteSubscriptions) {
    this.kept = kept;
    this.pushes = new Pushes({
      subscriptions: () => kept,
      ringTimeoutMs: 30_000,
      now: Date.now,
      send: ({ data: { state }, endpoint }: PushMessage) => {
        this.sent.push(`${state} ${endpoint.at(-1)}`);
        return new Promise((resolve) => this.#answers.push(resolve));
      },
      unreached: (_, callId) => this.unreached.push(callId),
    });
  }

  happens(type: "placed" | "answered" | "missed", n = 1, isOwn = true): void {
    const call = { chatId: "chat", callId: `call-${n}`, media: "audio" } as const;
    const facts: Record<typeof type, Fact> = {
      placed: { type: "placed", call, caller: ann, callee: "bob", calleeName: "Bob" },
      answered: { type: "answered", call, callee: { user: "bob", device: "phone", name: "Bob" } },
      missed: { type: "missed", call, caller: ann, callee: "bob", reason: "cancelled" },
    };
    this.pushes.observe(facts[type], isOwn);
  }

  /** The service answers what came, in order. */
  async answers(...all: Sent[]): Promise<void> {
    await settled();
    for (const sent of all) this.#answers.shift()!(sent);
    await settled();
  }

  /** It takes whatever comes. */
  async takesAll(): Promise<void> {
    await settled();
    while (this.#answers.length > 0) await this.answers("taken");
  }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("push: who has no browser to be told is not reached, and that is known at once", () =>
  scene(0, (scene) => {
    scene.happens("placed");
    assert.deepEqual(scene.unreached, ["call-1"]);
    return Promise.resolve();
  }));

Deno.test("push: one browser that is told is enough; those that are no more are forgotten", () =>
  scene(3, async (scene) => {
    scene.happens("placed");
    await scene.answers("gone", "failed", "taken");
    assert.deepEqual([scene.sent, scene.unreached], [["ringing 2", "ringing 1", "ringing 0"], []]);
    assert.deepEqual(scene.kept.of("bob").map(({ endpoint }) => endpoint.at(-1)), ["1", "0"]);
    assert.deepEqual(scene.pushes.figures(), { taken: 1, gone: 1, failed: 1 });
  }));

Deno.test("push: where no browser could be told the caller hears so", () =>
  scene(2, async (scene) => {
    scene.happens("placed");
    await scene.answers("gone", "failed");
    assert.deepEqual(scene.unreached, ["call-1"]);
  }));

Deno.test("push: what comes next waits for what is on its way to the same browser", () =>
  scene(1, async (scene) => {
    scene.happens("placed");
    await settled();
    scene.happens("missed");
    await settled();
    assert.deepEqual(scene.sent, ["ringing 0"]);
    await scene.answers("taken");
    assert.deepEqual(scene.sent, ["ringing 0", "missed 0"]);
    await scene.answers("taken");
    scene.happens("placed", 2);
    scene.happens("answered", 2);
    await settled();
    assert.deepEqual(scene.sent.slice(2), ["over 0"], "no ring of a call that is over by then");
    await scene.answers("taken");
  }));

Deno.test("push: of several processes one tells; each knows what rings", () =>
  scene(1, async (scene) => {
    scene.happens("placed", 1, false);
    await settled();
    assert.deepEqual(scene.sent, []);
    scene.happens("missed", 1, true);
    await scene.answers("taken");
    assert.deepEqual(scene.sent, ["missed 0"]);
  }));

Deno.test("push: [R18] ten calls in a minute are told by push, of more nobody hears who is not there", () =>
  scene(1, async (scene) => {
    for (let n = 1; n <= 12; n++) {
      scene.happens("placed", n);
      await scene.takesAll();
      scene.happens("missed", n);
      await scene.takesAll();
    }
    assert.deepEqual(scene.sent, Array(10).fill(["ringing 0", "missed 0"]).flat());
    assert.deepEqual(scene.unreached, ["call-11", "call-12"]);
  }));
