/**
 * The product under a crowd that behaves badly: hundreds of clients on real sockets who call, hang up, vanish, reload, flood
 * and send garbage, while the server is killed and started again. What matters is what is left when they have gone.
 *
 * All decisions come from a seed (`CHAOS_SEED`, printed); which of them meet on the wire is up to the machine.
 */

import assert from "node:assert/strict";
import type { ServerMessage } from "../../shared/protocol/server_messages.ts";
import { Tokens } from "../../signaling/identity/auth.ts";
import { chatName, CHATS, chatsOf, USERS } from "../support/chaos/chats.ts";
import { Client, errors, stats, violations } from "../support/chaos/clients.ts";
import { act } from "../support/chaos/actions.ts";
import { candidate, offer } from "../support/chaos/messages.ts";
import { random } from "../support/prng.ts";
import { sleep } from "../support/chaos/sleep.ts";
import { build, SECRET, startProduct } from "../support/product.ts";
import { until } from "../support/until.ts";

const SEED = Number(Deno.env.get("CHAOS_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0]);
const RING_TIMEOUT_MS = 1_500;
const GRACE_MS = 1_000;
/**
 * The chaos, at least, and when in it the server is killed. The last process lives longest: it is the one that is measured, once it was
 * there for `WARM_UP_MS`.
 */
const CHAOS_MS = 21_000;
const KILLS_MS = [5_000, 9_000];
const WARM_UP_MS = 4_000;
/** How much longer the chaos may take on a busy machine, until the crowd did what it is for. */
const PATIENCE_MS = 120_000;
const SAMPLE = 24;
/**
 * How much more memory the server may hold afterwards than when it was warm. V8 keeps the room it once needed: in a run of 100 s
 * the process went from 111 to 166 MiB within 20 s and stayed at 158 to 173 MiB for 70 s more of the same, so there is no leak
 * in it, and what is left to bound is that room (20 to 57 MiB measured), with some air.
 */
const RSS_BOUND_MIB = 80;

/** The crowd did what it is for; else it says nothing that it broke nothing. */
function hasDoneEnough(): boolean {
  return stats.connected > 100 && stats.resumed > 0 && stats.hostile > 5_000 && stats.received > 5_000;
}

async function openSockets(pid: number): Promise<number> {
  let count = 0;
  for await (const { name } of Deno.readDir(`/proc/${pid}/fd`)) {
    const target = await Deno.readLink(`/proc/${pid}/fd/${name}`).catch(() => "");
    if (target.startsWith("socket:")) count++;
  }
  return count;
}

async function rssMiB(pid: number): Promise<number> {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(await Deno.readTextFile(`/proc/${pid}/status`))![1]) / 1024;
}

/** Two clients have a whole call, whatever was before; throws where they cannot. */
async function completeCall(chatId: string, caller: Client, callee: Client): Promise<void> {
  const told = async <Type extends ServerMessage["type"]>(who: Client, type: Type) => {
    const message = await who.hears(type);
    assert.ok(message !== null, `${chatId}: no ${type}: ${JSON.stringify(who.seen).slice(0, 500)}`);
    return message;
  };
  for (const who of [caller, callee]) who.seen.length = 0;
  for (let tries = 0;; tries++) {
    caller.send({ type: "call:initiate", chatId, offer });
    const result = await caller.hears("call:ringing", "call:error", "call:rejected");
    if (result?.type === "call:ringing") break;
    // R18: its user may have started twenty calls within the last minute. One more every three seconds is allowed.
    assert.ok(
      result?.type === "call:error" && result.code === "RATE_LIMITED" && tries < 2,
      `${chatId}: ${JSON.stringify(result)}`,
    );
    await sleep(result.retryAfterMs! + 20);
  }
  await told(callee, "call:offer");
  callee.answer(chatId);
  await told(caller, "call:answer");
  caller.send({ type: "call:ice-candidate", chatId, candidate });
  await told(callee, "call:ice-candidate");
  callee.send({ type: "call:ice-candidate", chatId, candidate });
  await told(caller, "call:ice-candidate");
  callee.send({ type: "call:end", chatId });
  assert.equal((await told(caller, "call:end")).reason, "hangup");
}

Deno.test("chaos: hundreds of bad clients and two killed servers leave no stuck call, no socket and no memory", async () => {
  console.log(`CHAOS_SEED=${SEED}`);
  const isLinux = Deno.build.os === "linux";
  if (!isLinux) console.log("Not Linux: the server's sockets and memory are NOT checked.");
  await build();
  await using stack = new AsyncDisposableStack();
  const product = stack.use(
    await startProduct({
      SESSION_SECRET: SECRET,
      RING_TIMEOUT_MS: String(RING_TIMEOUT_MS),
      GRACE_MS: String(GRACE_MS),
      SOCKETS_PER_MINUTE: "100000",
    }),
  );
  const socketsBefore = isLinux ? await openSockets(product.pid) : 0;
  const session = (user: number) => ({ userId: `user-${user}`, name: `User ${user}`, chats: chatsOf(user) });
  const tokens = await Promise.all(
    Array.from({ length: USERS }, (_, user) => new Tokens({ session: [SECRET] }).sign(session(user))),
  );
  const unsigned = `${btoa('{"alg":"none"}').replaceAll("=", "")}.${tokens[0]!.split(".")[1]}.`;
  const forged = [
    await new Tokens({ session: ["a secret of somebody else"] }).sign(session(0)),
    unsigned,
    "x.y.z",
    tokens[0]!.slice(0, -2),
  ];

  // The crowd: one to three devices for each user, every third socket made by hand.
  const people: { client: Client; random: () => number }[] = [];
  stack.defer(async () => void await Promise.all(people.map(({ client }) => client.stop())));
  for (let user = 0; user < USERS; user++) {
    for (let device = 0; device <= user % 3; device++) {
      const dice = random(SEED + people.length);
      const client = new Client(product.url, user, `device-${device}`, tokens[user]!, dice, people.length % 3 === 0);
      people.push({ client, random: dice });
    }
  }
  stats.clients = people.length;

  const start = performance.now();
  const reach = (ms: number) => sleep(Math.max(0, start + ms - performance.now()));
  let isOver = false;
  stack.defer(() => void (isOver = true));
  const acting = people.map(async ({ client, random }) => {
    while (!isOver) {
      await sleep(100 + 400 * random());
      if (client.isOpen) act(client, random, forged);
    }
  });
  const complaints: string[] = [];
  const complain = () =>
    complaints.push(...product.output().split("\n").filter((line) => /error|panic|uncaught/i.test(line)));
  for (const at of KILLS_MS) {
    await reach(at);
    complain();
    await product.crash();
  }
  await sleep(WARM_UP_MS);
  const rssWarm = isLinux ? await rssMiB(product.pid) : 0;
  await reach(CHAOS_MS);
  await until("the crowd does enough", () => Promise.resolve(hasDoneEnough()), PATIENCE_MS);
  isOver = true;
  await Promise.all(acting);
  const rssBusy = isLinux ? await rssMiB(product.pid) : 0;
  await Promise.all(people.map(({ client }) => client.stop()));
  await sleep(RING_TIMEOUT_MS + GRACE_MS + 500);

  // Nobody is in a call any more, and everybody can make one.
  const good = tokens.map((token, user) => new Client(product.url, user, "good", token, random(SEED), false));
  people.push(...good.map((client) => ({ client, random: random(SEED) })));
  for (const client of good) assert.ok(await client.hears("welcome"), "a good client is let in");
  for (const [n, members] of CHATS.entries()) {
    const client = good[members[0]]!;
    client.seen.length = 0;
    client.send({ type: "chat:watch", chatId: chatName(n) });
    const state = await client.hears("chat:state");
    assert.ok(state !== null && state.call === undefined, `a call is stuck: ${JSON.stringify(state)}`);
  }
  const pairs = CHATS.slice(0, USERS / 2).map(([one, other], n) => completeCall(chatName(n), good[one]!, good[other]!));
  assert.ok(pairs.length >= SAMPLE);
  await Promise.all(pairs);
  await Promise.all(good.map((client) => client.stop()));
  complain();

  if (isLinux) {
    let left = Infinity;
    for (let tries = 0; tries < 50 && left > socketsBefore; tries++) {
      await sleep(100);
      left = await openSockets(product.pid);
    }
    const rssAfter = await rssMiB(product.pid);
    const [warm, busy, after] = [rssWarm, rssBusy, rssAfter].map(Math.round);
    console.log(
      `sockets: ${socketsBefore} before, ${left} after; RSS in MiB: ${warm} warm, ${busy} busy, ${after} after`,
    );
    assert.ok(left <= socketsBefore, `${left - socketsBefore} sockets leaked`);
    assert.ok(rssAfter - rssWarm < RSS_BOUND_MIB, `the server grew by ${rssAfter - rssWarm} MiB`);
  }
  console.log(JSON.stringify({ ...stats, restarts: KILLS_MS.length, goodCalls: pairs.length, errors }));
  assert.deepEqual(violations.slice(0, 8), []);
  assert.deepEqual(complaints, [], "the server printed errors");
});
