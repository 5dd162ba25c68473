import assert from "node:assert/strict";
import { chatId, connect, Wires } from "../../tests/support/wire.ts";
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
    "zvonok_messages_total": "3",
    "zvonok_calls_placed_total": "1",
    "zvonok_calls_answered_total": "1",
  });
  ann.send({ type: "call:end", chatId });
  await bob.next("call:end");
  assert.equal(values()['zvonok_calls{state="connected"}'], "0");
  assert.equal(values()['zvonok_calls_ended_total{outcome="hangup"}'], "1");
  for (const reason of ["incompatible", "security-error"] as const) {
    await connect(ann, bob);
    bob.send({ type: "call:end", chatId, reason });
    assert.equal((await ann.next("call:end")).reason, reason);
    assert.equal(values()[`zvonok_calls_ended_total{outcome="${reason}"}`], "1");
  }
});

Deno.test("metrics: the webhook's figures, where there is one", async () => {
  const lines = (text: string) => text.split("\n").filter((line) => /^zvonok_receipt/.test(line));
  await using wires = new Wires();
  const figures = wires.signaling.hub.figures();
  assert.deepEqual(lines(metricsText(figures, wires.signaling.webhookFigures())), []);
  assert.deepEqual(lines(metricsText(figures, { waiting: 1, delivered: 2, retried: 3, lost: 4 })), [
    "zvonok_receipts_waiting 1",
    'zvonok_receipts_total{result="delivered"} 2',
    'zvonok_receipts_total{result="lost"} 4',
    "zvonok_receipt_retries_total 3",
  ]);
});
