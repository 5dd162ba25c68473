import assert from "node:assert/strict";
import { FakeClock } from "../../../tests/support/fake_clock.ts";
import type { IceServer } from "../../protocol/server_messages.ts";
import { IceServers } from "./ice_servers.ts";
import type { Transport } from "../platform/platform.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Surroundings with a clock of their own, in ms, and a server that answers as the test says. */
class World extends FakeClock {
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
      () => this.changed.push(this.servers.current[0]!.credential!),
    );
  }
}

function made(credential: string): IceServer[] {
  return [{ urls: ["turn:turn.example.org"], username: "ann", credential }];
}

Deno.test("ice servers: renewed after three quarters of their life, again and again", async () => {
  const world = new World();
  world.servers.take(made("welcome"), 3600);
  await world.pass(44 * MINUTE);
  assert.deepEqual(world.asked, []);
  await world.pass(100 * MINUTE);
  assert.deepEqual(world.asked, [45 * MINUTE, 90 * MINUTE, 135 * MINUTE]);
  assert.deepEqual(world.changed, ["welcome", ...world.asked.map((at) => `at ${at}`)]);
  assert.equal(world.servers.current[0]!.credential, `at ${135 * MINUTE}`);
});

Deno.test("ice servers: what does not expire is not renewed", async () => {
  const world = new World();
  world.servers.take(made("for good"), undefined);
  assert.equal(world.timers, 0);
  await world.pass(365 * DAY);
  assert.deepEqual(world.asked, []);
});

Deno.test("ice servers: a server that does not answer is asked again, less and less often; the old ones stay", async () => {
  const world = new World();
  world.servers.take(made("welcome"), 4000);
  world.ttl = null;
  await world.pass(3_000_000 + 6 * MINUTE);
  const gaps = world.asked.map((at, index) => (at - (world.asked[index - 1] ?? 0)) / 1000);
  assert.deepEqual(gaps, [3000, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
  assert.deepEqual(world.changed, ["welcome"]);
  world.ttl = 4000;
  await world.pass(MINUTE);
  const renewedAt = world.asked.at(-1)!;
  assert.equal(world.servers.current[0]!.credential, `at ${renewedAt}`);
  // The next trouble starts with short waits again.
  world.ttl = null;
  await world.pass(3_000_000 + 2_000 - (world.time - renewedAt));
  assert.deepEqual(world.asked.slice(-2), [renewedAt + 3_000_000, renewedAt + 3_002_000]);
});

Deno.test("ice servers: a new welcome starts the clock anew", async () => {
  const world = new World();
  world.servers.take(made("welcome"), 3600);
  await world.pass(40 * MINUTE);
  world.servers.take(made("another welcome"), 3600);
  assert.equal(world.timers, 1);
  await world.pass(10 * MINUTE);
  assert.deepEqual(world.asked, []);
  await world.pass(35 * MINUTE);
  assert.deepEqual(world.asked, [85 * MINUTE]);
});

Deno.test("ice servers: a life longer than any timer is renewed early, not at once", async () => {
  const world = new World();
  world.servers.take(made("welcome"), 365 * 24 * 3600);
  world.ttl = 3600;
  await world.pass(24 * DAY);
  assert.deepEqual(world.asked, []);
  await world.pass(DAY);
  assert.equal(world.asked[0], 2 ** 31 - 1);
});

Deno.test("ice servers: closed, nothing is asked any more, and a late answer changes nothing", async () => {
  const world = new World();
  world.servers.take(made("welcome"), 3600);
  world.servers.close();
  assert.equal(world.timers, 0);

  const late = new World();
  late.servers.take(made("welcome"), 3600);
  const passing = late.pass(45 * MINUTE);
  late.servers.close();
  await passing;
  assert.deepEqual([late.asked.length, late.changed, late.timers], [1, ["welcome"], 0]);
});

Deno.test("ice servers: an answer that a new welcome overtook is left", async () => {
  const world = new World();
  world.servers.take(made("welcome"), 3600);
  world.ttl = null;
  const passing = world.pass(45 * MINUTE);
  world.servers.take(made("another welcome"), 3600);
  await passing;
  assert.equal(world.timers, 1);
  await world.pass(44 * MINUTE);
  assert.deepEqual(world.asked, [45 * MINUTE], "the new ones are as good as new");
});
