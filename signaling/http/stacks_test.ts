/** R17 over real sockets: what other stacks send in a call, and what of it the other side gets. */

import assert from "node:assert/strict";
import type { ClientMessage } from "../../shared/protocol/client_messages.ts";
import { STACK_CANDIDATES } from "../../tests/support/stack_candidates.ts";
import { STACK_DESCRIPTIONS } from "../../tests/support/stack_descriptions.ts";
import { answer, chatId, connect, offer, quiet, Wires } from "../../tests/support/wire.ts";

Deno.test("[R17] what another stack sends as candidates: the other side gets what is understood, the sender no error", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  await connect(ann, bob);
  for (const [name, [sent, verdict]] of Object.entries(STACK_CANDIDATES)) {
    ann.sendRaw(JSON.stringify({ type: "call:ice-candidate", chatId, candidate: sent }));
    if (verdict === "refused") await ann.refused("INVALID_MESSAGE");
    else if (verdict === "left out") await quiet(ann, bob);
    else {
      const { candidate } = await bob.next("call:ice-candidate");
      assert.deepEqual(candidate, verdict === "as it is" ? sent : verdict, name);
    }
  }
  await quiet(ann, bob);
});

for (const [name, { type, sdp, dropped = 0 }] of Object.entries(STACK_DESCRIPTIONS)) {
  Deno.test(`[R17] a call with a description of another stack: ${name}`, async () => {
    await using wires = new Wires();
    const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
    const sent = { type, sdp };
    ann.send({ type: "call:initiate", chatId, offer: type === "offer" ? sent : offer } as ClientMessage);
    const rung = await bob.rings();
    await ann.next("call:ringing");
    bob.send({ type: "call:answer", chatId, answer: type === "answer" ? sent : answer } as ClientMessage);
    const answered = (await ann.next("call:answer")).answer.sdp;
    const count = sdp.match(/^a=(?:candidate|end-of-candidates)/gim)?.length ?? 0;
    if (type === "answer") {
      assert.equal(answered.match(/^a=(?:candidate|end-of-candidates)/gim)?.length, count - dropped);
    } else {
      assert.doesNotMatch(rung.offer.sdp, /candidate/i);
      for (let n = 0; n < count - dropped; n++) await bob.next("call:ice-candidate");
    }
    await quiet(ann, bob);
  });
}
