/** What a call client does about a session that ends: real clients, a real server, werift's WebRTC. */

import assert from "node:assert/strict";
import { connect } from "../support/client_scene.ts";
import { WeriftPerson } from "../support/werift.ts";
import { chatId, HOST_SECRET, Wires } from "../support/wire.ts";

/** A server whose users have tokens of a host application, and people in one chat; `lives` in seconds, by name. */
async function meet(stack: AsyncDisposableStack, lives: Record<string, number>) {
  const wires = stack.use(new Wires({ JWT_SECRET: HOST_SECRET, GRACE_MS: "2000", STUN_URLS: "" }));
  const tokenFor = (userId: string, seconds: number) => wires.hostToken(userId, Math.ceil(Date.now() / 1000) + seconds);
  const enter = async (userId: string) => {
    const token = await tokenFor(userId, lives[userId]!);
    const person = stack.use(new WeriftPerson(`http://127.0.0.1:${wires.port}`, token));
    await person.until(({ signaling }) => signaling === "open");
    return person;
  };
  const [ann, bob] = await Promise.all([enter("ann"), enter("bob")]);
  return { ann, bob, tokenFor };
}

/** Waits until the server has said so often that a session ends, and at last that it has ended. */
async function expired(person: WeriftPerson): Promise<void> {
  const ended = Promise.withResolvers<void>();
  person.onMessage = (message) => {
    if (message.type === "session:expiring" && message.expiresInMs === 0) ended.resolve();
  };
  await ended.promise;
}

Deno.test("client: [R20] nobody renews a token: the call goes on after it, ends by a hang-up, and only then is the page out", async () => {
  await using stack = new AsyncDisposableStack();
  const { ann, bob } = await meet(stack, { ann: 4, bob: 3600 });
  let asked = 0;
  ann.newToken = () => {
    asked++;
    return Promise.resolve(null);
  };
  ann.isAuthorized = () => Promise.resolve(false);
  await connect(ann, bob, chatId);
  const seen = new Set<string>();
  for (const person of [ann, bob]) {
    person.onSnapshot = ({ call, signaling }) => seen.add(`${call.phase} ${signaling}`);
  }
  await expired(ann);
  ann.client.setMicrophone(false);
  await bob.until(({ remote }) => !remote.audio);
  await Promise.all([ann.receives("audio"), bob.phase("connected")]);
  assert.deepEqual([...seen], ["connected open"]);
  assert.ok(asked > 0, "a new token is asked for");

  bob.client.hangUp();
  const { call } = await ann.phase("ended");
  assert.equal(call.phase === "ended" && call.outcome, "hangup");
  await ann.until(({ signaling }) => signaling === "unauthorized");
  assert.deepEqual(ann.open, { connections: 0, devices: 0 });
});

Deno.test("client: [R20] a token is renewed over the socket, and asked for again where nobody had one yet", async () => {
  await using stack = new AsyncDisposableStack();
  const { ann, bob, tokenFor } = await meet(stack, { ann: 4, bob: 3600 });
  let asked = 0;
  ann.newToken = async () => asked++ === 0 ? null : await tokenFor("ann", 3600);
  await connect(ann, bob, chatId);
  const renewed = Promise.withResolvers<number>();
  ann.onMessage = (message) => message.type === "session:renewed" && renewed.resolve(message.expiresInMs);
  assert.ok(await renewed.promise > 3_500_000);
  assert.equal(asked, 2);
  ann.client.hangUp();
  await bob.phase("ended");
  await connect(bob, ann, chatId);
});

Deno.test("client: [R20] closed with its token, a client that gets to be known again comes back", async () => {
  await using stack = new AsyncDisposableStack();
  const { ann, bob, tokenFor } = await meet(stack, { ann: 2, bob: 3600 });
  ann.isAuthorized = async () => {
    ann.token = await tokenFor("ann", 3600);
    return true;
  };
  await ann.until(({ signaling }) => signaling === "connecting");
  await ann.until(({ signaling }) => signaling === "open");
  await connect(bob, ann, chatId);
});

Deno.test("client: [R1] whoever is put out of a chat is told, and who is in it once let in again", async () => {
  await using wires = new Wires({ JWT_SECRET: HOST_SECRET, STUN_URLS: "" });
  const now = Math.floor(Date.now() / 1000);
  const token = (chats: string[], iat: number) => wires.hostToken("ann", now + 3600, { chats, iat });
  await using ann = new WeriftPerson(`http://127.0.0.1:${wires.port}`, await token([chatId, "other"], now));
  for (const chat of [chatId, "other"]) ann.client.watch(chat);
  await ann.until(({ members }) => members[chatId]?.length === 1 && members.other?.length === 1);
  await wires.signaling.enter(await token(["other"], now + 1), false);
  await ann.until(({ members }) => members[chatId] === null);
  assert.equal(ann.client.snapshot.members.other?.length, 1, "the other chat is as it was");
  await wires.signaling.enter(await token([chatId, "other"], now + 2), false);
  await ann.until(({ members }) => members[chatId]?.length === 1);
});
