/** What a page says of a call that is over, whatever the reason: one that a newer server gives reads as a plain end. */

import assert from "node:assert/strict";
import { endedText, type View } from "../../components/call/view.ts";
import type { CallPhase, Outcome } from "../../shared/client/state.ts";
import { strings } from "../../shared/i18n/i18n.ts";
import { serverMessages } from "../../shared/protocol/server_messages.ts";

const call = {
  chatId: "chat",
  callId: "call-0123456789abcdef",
  role: "caller",
  media: "video",
  peer: { id: "bob", name: "Bob" },
} as const;

function said(outcome: string, locale: "en" | "ru"): string {
  const ended = { phase: "ended", call, outcome: outcome as Outcome, byMe: false, durationMs: null } as const;
  const snapshot = { call: ended as CallPhase, members: {} };
  return endedText({ t: strings(locale).chat, chatId: "chat", userId: "ann", snapshot } as unknown as View, ended);
}

const reasons = [
  ...serverMessages["call:end"].shape.reason.options,
  ...serverMessages["call:rejected"].shape.reason.options,
];
for (const locale of ["en", "ru"] as const) {
  Deno.test(`outcomes in ${locale}: every reason of the protocol has words of its own`, () => {
    const words = reasons.map((reason) => said(reason, locale));
    assert.equal(new Set(words).size, reasons.length);
    for (const sentence of words) assert.doesNotMatch(sentence, /undefined|[{}]/);
  });

  Deno.test(`outcomes in ${locale}: a reason from a newer server is a plain end`, () => {
    assert.equal(said("a-reason-of-tomorrow", locale), said("hangup", locale));
  });
}
