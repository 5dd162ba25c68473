/** What a client of the crowd does next: mostly calls, and every kind of bad behaviour. */

import type { ClientMessage } from "../../../shared/protocol/client_messages.ts";
import { type Client, stats } from "./clients.ts";
import { answer, candidate, garbage, offer, placing, someMessage } from "./messages.ts";
import { pick } from "../prng.ts";

/** One thing a client does. */
export function act(client: Client, random: () => number, forged: readonly string[]): void {
  const chatId = pick(client.chats, random);
  const call = client.calls.get(chatId);
  const dice = random();
  if (dice < 0.03) return client.cut();
  if (dice < 0.05) return client.reload();
  if (dice < 0.06) return client.connect(pick(forged, random));
  if (dice < 0.065) {
    const isValid = random() < 0.5;
    for (let n = isValid ? 300 : 1_100; n > 0; n--) client.sendRaw(isValid ? '{"type":"ping"}' : "{}");
    return;
  }
  if (dice < 0.066) return client.sendRaw("x".repeat(2 << 20));
  if (dice < 0.16) return client.sendRaw(garbage(chatId, random));
  if (dice < 0.22) return client.send(someMessage(chatId, random));
  const about = { chatId, ...(call && random() < 0.7 ? { callId: call.callId } : {}) };
  if (call === undefined) {
    if (random() < 0.7) return client.send({ type: "chat:watch", chatId });
    stats.placed++;
    return client.send(placing(chatId, random));
  }
  if (call.phase === "ringing" && call.role === "callee") {
    if (random() < 0.6) return client.answer(chatId);
    return client.send({ type: "call:reject", ...about, reason: pick(["declined", "busy"], random) });
  }
  client.send(pick<ClientMessage>([
    { type: "call:end", ...about },
    { type: "call:ice-candidate", ...about, candidate: random() < 0.2 ? null : candidate },
    { type: "call:media", ...about, audio: random() < 0.5, video: random() < 0.5, screen: false },
    { type: "call:negotiate", ...about, description: random() < 0.5 ? offer : answer },
    { type: "call:answer", ...about, answer },
  ], random));
}
