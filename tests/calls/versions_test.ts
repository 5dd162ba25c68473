/** Clients and servers that are not of one version make calls with each other. */

import assert from "node:assert/strict";
import type { ClientMessage } from "../../shared/protocol/client_messages.ts";
import type { ServerMessage } from "../../shared/protocol/server_messages.ts";
import { away, CHAT, olderServerTest } from "../support/client_scene.ts";
import { asOfProtocol1 } from "../support/older_server.ts";
import { type Wire, Wires } from "../support/wire.ts";

/** A call as it was recorded: who opened and closed which socket, and what was said and heard over it. */
type Recorded =
  | readonly [who: string, does: "opens", path: string]
  | readonly [who: string, does: "closes"]
  | readonly [who: string, does: "says", ClientMessage]
  | readonly [who: string, does: "hears", ServerMessage];

const recorded = JSON.parse(await Deno.readTextFile(new URL("../testdata/protocol_1.json", import.meta.url))) as {
  readonly protocol: number;
  readonly frames: readonly Recorded[];
};

/** How long a call may still ring differs from run to run. */
function timeless<Message extends object>(message: Message): Message {
  return "expiresInMs" in message ? { ...message, expiresInMs: 0 } : message;
}

Deno.test("versions: clients of protocol 1 make a call over this server, and hear what their own said", async () => {
  await using wires = new Wires({ STUN_URLS: "" });
  const sockets = new Map<string, Wire>();
  for (const frame of recorded.frames) {
    const [who, does] = frame;
    if (does === "opens") {
      const [device, page] = ["device", "page"].map((name) => new URL(frame[2], "ws://server").searchParams.get(name)!);
      sockets.set(who, await wires.enter(who, { chats: ["a-chat"], device: device!, page: page! }));
      continue;
    }
    const wire = sockets.get(who)!;
    if (does === "closes") {
      await wire.close();
    } else if (does === "says") {
      if (frame[2].type !== "ping") wire.send(frame[2]);
      // A ping is said in any case, and answered: so everything arrives in the order of the record.
      await wire.settled();
    } else if (frame[2].type === "welcome") {
      const { protocol, ...fields } = frame[2];
      assert.deepEqual({ ...wire.welcome, ...fields }, wire.welcome);
      assert.ok(wire.welcome.protocol >= protocol);
    } else if (frame[2].type !== "pong") {
      // A later server may say more.
      const heard = timeless(await wire.next(frame[2].type));
      assert.deepEqual({ ...heard, ...timeless(frame[2]) }, heard);
    }
  }
  for (const wire of sockets.values()) await wire.silent();
});

Deno.test("versions: what stands for a server of protocol 1 says `welcome` as one did", async () => {
  await using wires = new Wires({ STUN_URLS: "" });
  const { welcome } = await wires.enter("ann");
  const said = recorded.frames.flatMap(([, , frame]) =>
    typeof frame === "object" && frame.type === "welcome" ? frame : []
  );
  const now = asOfProtocol1(welcome);
  for (const then of said) assert.deepEqual(Object.keys(now).toSorted(), Object.keys(then).toSorted());
});

olderServerTest("a call outlives a reload of either side and a lost socket, and ends", async (enter) => {
  let [ann, bob] = [await enter("ann"), await enter("bob")];
  const connected = async () => {
    await Promise.all([ann.phase("connected"), bob.phase("connected")]);
    await Promise.all([ann.receives("audio"), bob.receives("audio")]);
  };
  ann.client.call(CHAT, "audio");
  await bob.phase("incoming");
  bob.client.accept("audio");
  await connected();
  bob = await enter("bob", [CHAT], bob);
  await connected();
  ann = await enter("ann", [CHAT], ann);
  await connected();
  ann.cutSocket();
  await bob.phase("reconnecting");
  await connected();
  // Whoever has figures would say what they perceived.
  await ann.until(({ quality }) => quality !== null);
  ann.client.hangUp();
  const { call } = await bob.phase("ended");
  assert.equal(call.phase === "ended" && call.outcome, "hangup");
});

olderServerTest(
  "a call that is answered while its caller is away connects when they are back; one that is over ends",
  async (enter) => {
    const [ann, bob] = [await enter("ann"), await enter("bob")];
    ann.client.call(CHAT, "audio");
    await bob.phase("incoming");
    await ann.phase("ringing");
    await away(ann);
    bob.client.accept("audio");
    ann.goOnline();
    await Promise.all([ann.phase("connected"), bob.phase("connected")]);

    await away(bob);
    ann.client.hangUp();
    await ann.phase("ended");
    bob.goOnline();
    await bob.phase("ended");
  },
);
