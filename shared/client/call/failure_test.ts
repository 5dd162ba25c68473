import assert from "node:assert/strict";
import { strings } from "../../i18n/i18n.ts";
import type { FailureReason } from "../../protocol/formats.ts";
import { type FailureCause, failureOf, NoPeerConnection, reasonOf } from "./failure.ts";

const transport = (
  ice: RTCIceConnectionState,
  connection: RTCPeerConnectionState,
  hasConnected = false,
): FailureCause => ({ at: "transport", ice, connection, hasConnected });

/** Why; what both sides are told; the next step in the words for it. */
const causes: [what: string, cause: FailureCause, reason: FailureReason, en: RegExp, ru: RegExp][] = [
  ["no peer connection", failureOf(new NoPeerConnection()), "unsupported", /Allow it in/, /Разрешите его/],
  [
    "an offer refused",
    failureOf(new DOMException("", "InvalidAccessError")),
    "incompatible",
    /Update both/,
    /Обновите оба/,
  ],
  [
    "SDP not parsed",
    failureOf(new DOMException("", "OperationError")),
    "incompatible",
    /another browser/,
    /другого браузера/,
  ],
  ["an answer in vain", failureOf(new TypeError()), "incompatible", /Update both/, /Обновите оба/],
  ["ICE never began", transport("new", "new"), "failed", /Another network/, /другая сеть/],
  ["ICE found nothing in time", transport("checking", "connecting"), "failed", /TURN/, /TURN/],
  ["ICE failed", transport("failed", "failed"), "failed", /Another network/, /другая сеть/],
  ["ICE was lost", transport("disconnected", "disconnected", true), "failed", /Another network/, /другая сеть/],
  ["DTLS failed", transport("connected", "failed"), "security-error", /VPN/, /VPN/],
  ["DTLS failed, all pairs checked", transport("completed", "failed"), "security-error", /VPN/, /VPN/],
  ["DTLS did not come about in time", transport("connected", "connecting"), "security-error", /VPN/, /VPN/],
  ["DTLS ended in a call", transport("connected", "failed", true), "failed", /Another network/, /другая сеть/],
];

for (const [what, cause, reason, en, ru] of causes) {
  Deno.test(`failure: ${what} → ${reason}, with its words and a next step`, () => {
    assert.equal(reasonOf(cause), reason);
    assert.match(strings("en").chat.outcomes[reason], en);
    assert.match(strings("ru").chat.outcomes[reason], ru);
  });
}

Deno.test("failure: no two reasons have the same words", () => {
  for (const locale of ["en", "ru"] as const) {
    const words = Object.values(strings(locale).chat.outcomes);
    assert.equal(new Set(words).size, words.length);
  }
});
