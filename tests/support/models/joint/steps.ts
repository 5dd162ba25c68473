/** What may happen next in the model, and what comes of it. */

import { isAtHand, start } from "../../../../shared/client/course/course_state.ts";
import { MEMORY_MS } from "../../../../signaling/call/state.ts";
import { Clients } from "./client.ts";
import { CHAT, copy, type CourseMachine, flows, isQuiet, loseMessages, type Model, RULES } from "./model.ts";
import { Server } from "./server.ts";
import { nextTime, shift } from "./time.ts";

/** What a user, a page or a socket does. */
type Deed =
  | "call"
  | "accept"
  | "decline"
  | "hang-up"
  /** What was being made is there. */
  | "task"
  /** The next message arrives at the server, or at the client. */
  | "up"
  | "down"
  | "connect"
  | "notice"
  | "drop"
  | "freeze"
  | "reload"
  | "fail";

/** What may happen next, and to which client. */
export type Step = { readonly do: Deed; readonly at: number } | { readonly do: "time" | "restart" };

/** Everything that may happen next. */
export function stepsIn(model: Model): Step[] {
  const steps: Step[] = [];
  const { clients, faults } = model;
  clients.forEach(({ course: { call }, link, socket, isFrozen, up, down, calls }, at) => {
    const can = (what: Deed) => steps.push({ do: what, at });
    if (up.length > 0) can("up");
    if (down.length > 0) can("down");
    if (link !== null && link.task !== null) can("task");
    if (!isAtHand(call) && calls > 0) can("call");
    if (call.stage === "incoming") can("accept");
    if (call.stage === "incoming") can("decline");
    if (isAtHand(call) && call.stage !== "incoming") can("hang-up");
    if (socket === "none") can("connect");
    if (isFrozen) can("notice");
    if (faults === 0) return;
    if (socket !== "none" && !isFrozen) can("drop");
    if (socket !== "none" && !isFrozen) can("freeze");
    can("reload");
    if (link !== null && (call.stage === "incoming" || call.stage === "answered")) can("fail");
  });
  if (faults > 0) steps.push({ do: "restart" });
  if (isQuiet(model) && nextTime(model) !== null) steps.push({ do: "time" });
  return steps;
}

/** Takes a step, on a copy. */
export function step(before: Model, by: Step, machine: CourseMachine): Model {
  const model = copy(before);
  const clients = new Clients(model, machine);
  const server = new Server(model);
  if ("at" in by) {
    take(model, by.do, by.at, clients, server);
  } else if (by.do === "time") {
    // Time goes on to the next thing that is due, and that happens.
    shift(model, nextTime(model)!);
    server.pass();
    for (const client of model.clients) clients.pass(client);
  } else {
    breaks(model);
    server.restart();
    for (const client of model.clients) if (client.socket !== "none" && !client.isFrozen) clients.lose(client);
  }
  for (const client of model.clients) {
    const { link } = client;
    if (link === null) continue;
    if (link.isAnswered && !flows(model, client)) link.deadSince ??= 0;
    else {Object.assign(link, {
        deadSince: null,
        isRestarted: false,
        hasConnected: link.hasConnected || link.isAnswered,
      });}
  }
  return model;
}

/** A user, a page or a socket does something, in a model that is changed. */
function take(model: Model, what: Deed, at: number, clients: Clients, server: Server): void {
  const client = model.clients[at]!;
  switch (what) {
    case "call": {
      client.calls--;
      const info = {
        chatId: CHAT,
        callId: `call-${model.ids++}`,
        role: "caller",
        media: "video",
        peer: null,
      } as const;
      return clients.tell(client, { type: "call", info, to: undefined, kinds: ["audio", "video"] });
    }
    case "accept":
      return clients.tell(client, { type: "accept", media: "video" });
    case "decline":
    case "hang-up":
      return clients.tell(client, { type: what });
    case "task":
      return clients.task(client, client.link!);
    case "up":
      return server.received(at, client, client.up.shift()!);
    case "down":
      return clients.receive(client, client.down.shift()!);
    case "connect":
      return server.connect(at, client);
    case "notice":
      return clients.lose(client);
    case "drop":
      breaks(model);
      clients.lose(client);
      return server.dropped(at, RULES.graceMs);
    case "freeze":
      breaks(model);
      loseMessages(model, client);
      client.isFrozen = true;
      model.isLossy = true;
      return server.frozen(at);
    case "reload":
      breaks(model);
      client.page++;
      Object.assign(client, { course: start(client.course.over), link: null, isOpen: false, queue: [] });
      if (client.socket !== "none" && !client.isFrozen) server.dropped(at, MEMORY_MS);
      return clients.lose(client);
    case "fail":
      breaks(model);
      return clients.tell(client, { type: "failed", callId: client.link!.callId, reason: "incompatible" });
  }
}

/** Something breaks that no rule can help. */
function breaks(model: Model): void {
  model.faults--;
  model.isSound = false;
}
