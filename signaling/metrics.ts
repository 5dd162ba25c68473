/** The hub's figures in the Prometheus text format. Numbers only: no id, name or address. */

/** What a server is doing, and has done since it started. */
export interface Figures {
  readonly sockets: number;
  readonly users: number;
  readonly chats: number;
  readonly ringing: number;
  readonly connected: number;
  readonly messages: number;
  readonly placed: number;
  readonly answered: number;
}

/** `GET /metrics`, version 0.0.4 of the format. */
export function metricsText(figures: Figures): string {
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
    "",
  ].join("\n");
}
