/** The server's figures in the Prometheus text format. Numbers only: no id, name or address. */

import { PROTOCOL_VERSION } from "../../shared/protocol/constants.ts";
import type { StoreFigures } from "../engine/engine.ts";
import type { WebhookFigures } from "../log/webhook.ts";
import type { PushFigures } from "../push/pushes.ts";
import type { CountFigures } from "./counts.ts";
import type { Histogram } from "./histogram.ts";

/** What a hub is doing, and has done since it started. */
export interface Figures extends CountFigures {
  readonly sockets: number;
  readonly users: number;
  readonly chats: number;
  readonly ringing: number;
  readonly connected: number;
  readonly messages: number;
  /** `null`: there is no store. */
  readonly store: StoreFigures | null;
}

/** What else there is to tell of a process. */
export interface ProcessFigures {
  /** `null`: nobody asked for reports. */
  readonly webhook: WebhookFigures | null;
  /** `null`: nobody is told by push. */
  readonly pushes: PushFigures | null;
  /** How late the event loop is, in seconds; `null`: nobody looks. */
  readonly loopDelay: Histogram | null;
}

type Samples = readonly (readonly [labels: string, value: number])[];

const of = (value: number): Samples => [["", value]];
const by = (label: string, values: readonly (readonly [string, number])[]): Samples =>
  values.map(([value, n]) => [`{${label}="${value}"}`, n]);

/** `GET /metrics`, version 0.0.4 of the format. */
export function metricsText(figures: Figures, { webhook, pushes, loopDelay }: ProcessFigures): string {
  const lines: string[] = [];
  const metric = (name: string, type: "gauge" | "counter" | "histogram", help: string, samples: Samples) => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const [labels, value] of samples) lines.push(`${name}${labels} ${value}`);
  };
  const gauge = (name: string, help: string, samples: Samples) => metric(`zvonok_${name}`, "gauge", help, samples);
  const counter = (name: string, help: string, samples: Samples) => metric(`zvonok_${name}`, "counter", help, samples);
  const histogram = (name: string, help: string, one: Histogram) =>
    metric(`zvonok_${name}`, "histogram", help, one.lines());

  gauge("sockets", "Signaling sockets that are open.", of(figures.sockets));
  counter("sockets_closed_total", "Signaling sockets that were closed, by close code.", by("code", figures.closed));
  gauge("users", "Users who are online, those within their grace included.", of(figures.users));
  gauge("chats", "Chats in memory.", of(figures.chats));
  const states = [["ringing", figures.ringing], ["connected", figures.connected]] as const;
  gauge("calls", "Calls that are going on, by state.", by("state", states));
  counter("messages_total", "Messages taken from clients.", of(figures.messages));
  counter("messages_refused_total", "Errors that clients were told, by code.", by("code", figures.refused));
  counter("calls_placed_total", "Calls that rang.", of(figures.placed));
  counter("calls_answered_total", "Calls that were answered.", of(figures.answered));
  counter("calls_ended_total", "Calls that rang and are over, by outcome.", by("outcome", figures.ended));
  counter(
    "call_sides_total",
    "Sides of calls that sent a receipt, by the path of their media.",
    by("path", Object.entries(figures.paths)),
  );
  histogram("call_answer_seconds", "From ringing to the answer, by the receipts of both sides.", figures.answer);
  histogram("call_connect_seconds", "From the answer to connected media, by the receipts.", figures.connect);
  histogram("call_first_frame_seconds", "From the answer to the other side's first frame.", figures.frame);
  if (figures.store !== null) {
    gauge(
      "store_up",
      "1 while the store is there for this process, 0 while it is away.",
      of(figures.store.isUp ? 1 : 0),
    );
    histogram("store_append_seconds", "How long the store took to take a batch.", figures.store.appends);
    counter("store_errors_total", "Batches that the store did not take, or not in time.", of(figures.store.errors));
  }
  if (webhook !== null) {
    gauge("receipts_waiting", "Calls whose report is not delivered yet.", of(webhook.waiting));
    const results = [["delivered", webhook.delivered], ["lost", webhook.lost]] as const;
    counter("receipts_total", "Calls reported to the webhook, by what became of it.", by("result", results));
    const help = "Tries to report a call that failed and were to be repeated.";
    counter("receipt_retries_total", help, of(webhook.retried));
  }
  if (pushes !== null) {
    counter("pushes_total", "Push messages, by what became of them.", by("result", Object.entries(pushes)));
  }
  if (loopDelay !== null) histogram("event_loop_delay_seconds", "How late the event loop was.", loopDelay);
  const build = `{deno="${Deno.version.deno}",v8="${Deno.version.v8}",protocol="${PROTOCOL_VERSION}"}`;
  gauge("build_info", "What this process runs on.", [[build, 1]]);
  const { rss, heapUsed } = Deno.memoryUsage();
  gauge("heap_used_bytes", "What the script engine uses, garbage included.", of(heapUsed));
  metric("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", of(rss));
  const startedAt = "Start time of the process since unix epoch in seconds.";
  metric("process_start_time_seconds", "gauge", startedAt, of(performance.timeOrigin / 1000));
  return `${lines.join("\n")}\n`;
}
