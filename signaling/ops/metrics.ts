/** The server's figures in the Prometheus text format. Numbers only: no id, name or address. */

import type { Fact, Outcome } from "../call/facts.ts";
import type { WebhookFigures } from "../log/webhook.ts";

/** Counts calls since the start. */
export class CallCounts {
  #placed = 0;
  #answered = 0;
  /** Calls that rang, or went on, and are over, by how. */
  readonly #ended = new Map<Outcome, number>();

  /** To be told everything that happens. */
  observe(fact: Fact): void {
    if (fact.type === "placed") this.#placed++;
    if (fact.type === "answered") this.#answered++;
    if (fact.type === "ended") this.#ended.set(fact.outcome, (this.#ended.get(fact.outcome) ?? 0) + 1);
  }

  figures(): Pick<Figures, "placed" | "answered" | "ended"> {
    return { placed: this.#placed, answered: this.#answered, ended: [...this.#ended] };
  }
}

/** What a hub is doing, and has done since it started. */
export interface Figures {
  readonly sockets: number;
  readonly users: number;
  readonly chats: number;
  readonly ringing: number;
  readonly connected: number;
  readonly messages: number;
  readonly placed: number;
  readonly answered: number;
  /** How many calls ended, by how. */
  readonly ended: readonly (readonly [outcome: string, calls: number])[];
}

/** `GET /metrics`, version 0.0.4 of the format; with the figures of the webhook where there is one. */
export function metricsText(figures: Figures, webhook: WebhookFigures | null = null): string {
  const metric = (
    name: string,
    type: "gauge" | "counter",
    help: string,
    samples: [labels: string, value: number][],
  ) => [
    `# HELP zvonok_${name} ${help}`,
    `# TYPE zvonok_${name} ${type}`,
    ...samples.map(([labels, value]) => `zvonok_${name}${labels} ${value}`),
  ];
  return [
    ...metric("sockets", "gauge", "Signaling sockets that are open.", [["", figures.sockets]]),
    ...metric("users", "gauge", "Users who are online, those within their grace included.", [["", figures.users]]),
    ...metric("chats", "gauge", "Chats in memory.", [["", figures.chats]]),
    ...metric("calls", "gauge", "Calls that are going on, by state.", [
      ['{state="ringing"}', figures.ringing],
      ['{state="connected"}', figures.connected],
    ]),
    ...metric("messages_total", "counter", "Messages taken from clients.", [["", figures.messages]]),
    ...metric("calls_placed_total", "counter", "Calls that rang.", [["", figures.placed]]),
    ...metric("calls_answered_total", "counter", "Calls that were answered.", [["", figures.answered]]),
    ...metric(
      "calls_ended_total",
      "counter",
      "Calls that rang and are over, by outcome.",
      figures.ended.map(([outcome, calls]) => [`{outcome="${outcome}"}`, calls]),
    ),
    ...(webhook === null ? [] : [
      ...metric("receipts_waiting", "gauge", "Calls whose report is not delivered yet.", [["", webhook.waiting]]),
      ...metric("receipts_total", "counter", "Calls reported to the webhook, by what became of it.", [
        ['{result="delivered"}', webhook.delivered],
        ['{result="lost"}', webhook.lost],
      ]),
      ...metric("receipt_retries_total", "counter", "Tries to report a call that failed and were to be repeated.", [
        ["", webhook.retried],
      ]),
    ]),
    "",
  ].join("\n");
}
