import assert from "node:assert/strict";
import { FakeClock } from "../../../tests/support/fake_clock.ts";
import type { IceServer } from "../../protocol/server_messages.ts";
import { IceServers } from "./ice_servers.ts";
import type { Transport } from "../platform/platform.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Surroundings with a clock of their own, in ms, and a server that answers as the test says. */
class Scene extends FakeClock {
  /** Seconds that the next credentials are good for; `null`: the server does not answer. */
  ttl: number | null = 3600;
  readonly asked: number[] = [];
  readonly changed: string[] = [];
  readonly servers: IceServers;

  constructor() {
    super();
    const transport: Pick<Transport, "iceServers"> = {
      iceServers: () => {
        this.asked.push(this.time);
        return Promise.resolve(this.ttl === null ? null : { iceServers: made(`at ${this.time}`), ttl: this.ttl });
      },
    };
    this.servers = new IceServers(
      { transport: transport as Transport, clock: this },
      () => this.changed.push(this.servers.options.iceServers![0]!.credential!),
    );
  }
}

function made(credential: string): IceServer[] {
  return [{ urls: ["turn:turn.example.org"], username: "ann", credential }];
}

Deno.test("ice servers: renewed after three quarters of their life, again and again", async () => {
  const scene = new Scene();
  scene.servers.take(made("welcome"), 3600);
  await scene.pass(44 * MINUTE);
  assert.deepEqual(scene.asked, []);
  await scene.pass(100 * MINUTE);
  assert.deepEqual(scene.asked, [45 * MINUTE, 90 * MINUTE, 135 * MINUTE]);
  assert.deepEqual(scene.changed, ["welcome", ...scene.asked.map((at) => `at ${at}`)]);
  assert.equal(scene.servers.options.iceServers![0]!.credential, `at ${135 * MINUTE}`);
});

Deno.test("ice servers: what does not expire is not renewed", async () => {
  const scene = new Scene();
  scene.servers.take(made("for good"), undefined);
  assert.equal(scene.timers, 0);
  await scene.pass(365 * DAY);
  assert.deepEqual(scene.asked, []);
});

Deno.test("ice servers: a server that does not answer is asked again, less and less often; the old ones stay", async () => {
  const scene = new Scene();
  scene.servers.take(made("welcome"), 4000);
  scene.ttl = null;
  await scene.pass(3_000_000 + 6 * MINUTE);
  const gaps = scene.asked.map((at, index) => (at - (scene.asked[index - 1] ?? 0)) / 1000);
  assert.deepEqual(gaps, [3000, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
  assert.deepEqual(scene.changed, ["welcome"]);
  scene.ttl = 4000;
  await scene.pass(MINUTE);
  const renewedAt = scene.asked.at(-1)!;
  assert.equal(scene.servers.options.iceServers![0]!.credential, `at ${renewedAt}`);
  // The next trouble starts with short waits again.
  scene.ttl = null;
  await scene.pass(3_000_000 + 2_000 - (scene.time - renewedAt));
  assert.deepEqual(scene.asked.slice(-2), [renewedAt + 3_000_000, renewedAt + 3_002_000]);
});

Deno.test("ice servers: a new welcome starts the clock anew", async () => {
  const scene = new Scene();
  scene.servers.take(made("welcome"), 3600);
  await scene.pass(40 * MINUTE);
  scene.servers.take(made("another welcome"), 3600);
  assert.equal(scene.timers, 1);
  await scene.pass(10 * MINUTE);
  assert.deepEqual(scene.asked, []);
  await scene.pass(35 * MINUTE);
  assert.deepEqual(scene.asked, [85 * MINUTE]);
});

Deno.test("ice servers: a life longer than any timer is renewed early, not at once", async () => {
  const scene = new Scene();
  scene.servers.take(made("welcome"), 365 * 24 * 3600);
  scene.ttl = 3600;
  await scene.pass(24 * DAY);
  assert.deepEqual(scene.asked, []);
  await scene.pass(DAY);
  assert.equal(scene.asked[0], 2 ** 31 - 1);
});

Deno.test("ice servers: closed, nothing is asked any more, and a late answer changes nothing", async () => {
  const scene = new Scene();
  scene.servers.take(made("welcome"), 3600);
  scene.servers.close();
  assert.equal(scene.timers, 0);

  const late = new Scene();
  late.servers.take(made("welcome"), 3600);
  const passing = late.pass(45 * MINUTE);
  late.servers.close();
  await passing;
  assert.deepEqual([late.asked.length, late.changed, late.timers], [1, ["welcome"], 0]);
});

Deno.test("ice servers: an answer that a new welcome overtook is left", async () => {
  const scene = new Scene();
  scene.servers.take(made("welcome"), 3600);
  scene.ttl = null;
  const passing = scene.pass(45 * MINUTE);
  scene.servers.take(made("another welcome"), 3600);
  await passing;
  assert.equal(scene.timers, 1);
  await scene.pass(44 * MINUTE);
  assert.deepEqual(scene.asked, [45 * MINUTE], "the new ones are as good as new");
});
