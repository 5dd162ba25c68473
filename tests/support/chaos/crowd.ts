/** The crowd of the chaos: who is in it, when it acts, and what has to be left of it. */

import assert from "node:assert/strict";
import type { ServerMessage } from "../../../shared/protocol/server_messages.ts";
import { Tokens } from "../../../signaling/identity/auth.ts";
import { random } from "../prng.ts";
import { SECRET } from "../product.ts";
import { act } from "./actions.ts";
import { chatName, CHATS, chatsOf, USERS } from "./chats.ts";
import { Client, stats } from "./clients.ts";
import { candidate, offer } from "./messages.ts";
import { sleep } from "./sleep.ts";

/** The seed of a run: all that clients decide comes from it. */
export const SEED = Number(Deno.env.get("CHAOS_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0]);

/** What the server under chaos is started with. */
export const RING_TIMEOUT_MS = 1_500;
export const GRACE_MS = 1_000;
export const ENVIRONMENT = {
  SESSION_SECRET: SECRET,
  RING_TIMEOUT_MS: String(RING_TIMEOUT_MS),
  GRACE_MS: String(GRACE_MS),
  SOCKETS_PER_MINUTE: "100000",
};

/** One to three devices for each user, every third socket made by hand. `await using` makes all of them go. */
export class Crowd implements AsyncDisposable {
  readonly #tokens: readonly string[];
  readonly #people: { readonly client: Client; readonly random: () => number }[] = [];
  #acting: Promise<unknown> = Promise.resolve();
  #isOver = false;

  private constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  /** They come, and begin. `origin`: of the server for a client's next socket. */
  static async gather(origin: (random: () => number) => string): Promise<Crowd> {
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
    const crowd = new Crowd(tokens);
    const people = crowd.#people;
    for (let user = 0; user < USERS; user++) {
      for (let device = 0; device <= user % 3; device++) {
        const dice = random(SEED + people.length);
        const isRaw = people.length % 3 === 0;
        const client = new Client(() => origin(dice), user, `device-${device}`, tokens[user]!, dice, isRaw);
        people.push({ client, random: dice });
      }
    }
    stats.clients = people.length;
    crowd.#acting = Promise.all(people.map(async ({ client, random }) => {
      while (!crowd.#isOver) {
        await sleep(100 + 400 * random());
        if (client.isOpen) act(client, random, forged);
      }
    }));
    return crowd;
  }

  /** The crowd did what it is for; else it says nothing that it broke nothing. */
  get hasDoneEnough(): boolean {
    return stats.connected > 100 && stats.resumed > 0 && stats.hostile > 5_000 && stats.received > 5_000;
  }

  /** They do nothing any more, but are there. */
  async rest(): Promise<void> {
    this.#isOver = true;
    await this.#acting;
  }

  /** All of them go, and what they left is over by itself. */
  async leave(): Promise<void> {
    await this.rest();
    await Promise.all(this.#people.map(({ client }) => client.stop()));
    await sleep(RING_TIMEOUT_MS + GRACE_MS + 500);
  }

  /** Asserts that nobody is in a call any more, and everybody can make one. `originOf`: the server of a user. Gives how many did. */
  async call(originOf: (user: number) => string): Promise<number> {
    const good = this.#tokens.map((token, user) =>
      new Client(() => originOf(user), user, "good", token, random(SEED), false)
    );
    this.#people.push(...good.map((client) => ({ client, random: random(SEED) })));
    for (const client of good) assert.ok(await client.hears("welcome"), "a good client is let in");
    for (const [n, members] of CHATS.entries()) {
      const client = good[members[0]]!;
      client.seen.length = 0;
      client.send({ type: "chat:watch", chatId: chatName(n) });
      const state = await client.hears("chat:state");
      assert.ok(state !== null && state.call === undefined, `a call is stuck: ${JSON.stringify(state)}`);
    }
    const pairs = CHATS.slice(0, USERS / 2);
    await Promise.all(pairs.map(([one, other], n) => completeCall(chatName(n), good[one]!, good[other]!)));
    await Promise.all(good.map((client) => client.stop()));
    return pairs.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rest();
    await Promise.all(this.#people.map(({ client }) => client.stop()));
  }
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
