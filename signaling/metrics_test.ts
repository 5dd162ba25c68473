import assert from "node:assert/strict";
import { chatId, connect, Wires } from "../tests/support/wire.ts";
import { metricsText } from "./metrics.ts";

Deno.test("metrics: sockets, users, chats and calls, as they come and go", async () => {
  await using wires = new Wires();
  const values = () =>
    Object.fromEntries(
      metricsText(wires.signaling.hub.figures()).split("\n").filter((line) => /^zvonok/.test(line))
        .map((line) => line.split(" ") as [string, string]),
    );
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  await connect(ann, bob);
  await wires.enter("carl", { chats: ["another"] });
  assert.deepEqual(values(), {
    "zvonok_sockets": "3",
    "zvonok_users": "3",
    "zvonok_chats": "2",
    'zvonok_calls{state="ringing"}': "0",
    'zvonok_calls{state="connected"}': "1",
    "zvonok_messages_total": "2",
    "zvonok_calls_placed_total": "1",
    "zvonok_calls_answered_total": "1",
  });
  ann.send({ type: "call:end", chatId });
  await bob.next("call:end");
  assert.equal(values()['zvonok_calls{state="connected"}'], "0");
});
