/** The clients' side of the model: the real course of a client's calls, its socket and its peer connection. */

import type { CourseEvent, UntimedEvent } from "../../../../shared/client/course/course_event.ts";
import { type CourseEffect, deadlineOf } from "../../../../shared/client/course/course_state.ts";
import { isVoid } from "../../../../shared/client/signaling/connection.ts";
import { adapt, type Incoming } from "../../../../shared/client/signaling/protocol_1.ts";
import type { ClientMessage } from "../../../../shared/protocol/client_messages.ts";
import type { ServerMessage } from "../../../../shared/protocol/server_messages.ts";
import { CHAT, type Client, type CourseMachine, type Link, loseMessages, type Model } from "./model.ts";
import { GIVE_UP_MS, RESTART_MS } from "./time.ts";

/** What clients do, in a model that is changed. */
export class Clients {
  readonly #model: Model;
  readonly #machine: CourseMachine;

  constructor(model: Model, machine: CourseMachine) {
    this.#model = model;
    this.#machine = machine;
  }

  /** Something happened that the course of its calls is to know. */
  tell(client: Client, first: UntimedEvent): void {
    const events: UntimedEvent[] = [first];
    for (let next = events.shift(); next !== undefined; next = events.shift()) {
      const before = client.course.call;
      const { state, effects } = this.#machine(client.course, { ...next, at: 0, talkedMs: null } as CourseEvent);
      client.course = state;
      for (const effect of effects) this.#do(client, effect, events);
      const { call } = state;
      if (call.stage === "ended" && call !== before) client.ends[call.info.callId] = call.outcome;
      // What rings is on the screen at once.
      if (call.stage === "incoming" && !call.isPresented && events.length === 0) events.push({ type: "presented" });
    }
  }

  #do(client: Client, effect: CourseEffect, events: UntimedEvent[]): void {
    const link = client.link!;
    switch (effect[0]) {
      case "start": {
        const [, { callId, role }, as] = effect;
        client.link = {
          callId,
          isPolite: role === "callee",
          own: as === "rejoin" ? null : this.#id(),
          other: typeof as === "string" ? null : as.offer.sdp.trim(),
          isAnswered: false,
          isPending: false,
          task: null,
          deadSince: null,
          hasConnected: false,
          isRestarted: false,
        };
        return;
      }
      case "open-first":
        link.task = "open";
        client.isOpen = true;
        return;
      case "open":
        client.isOpen = effect[1].length > 0;
        return;
      case "place":
        link.task = "offer";
        return;
      case "accept":
        link.task = "answer";
        return;
      case "answered": {
        const [own, other] = effect[1].sdp.split(" ");
        if (other === link.own) link.other = own!;
        link.isAnswered = true;
        return;
      }
      case "repeatAnswer":
        if (link.own !== null && link.other !== null) this.#sendNow(client, answerOf(link));
        return;
      case "synced":
        if (link.isAnswered && link.isPending) this.#send(client, negotiation(link, "offer"));
        return;
      case "send":
        return this.#send(client, effect[1]);
      case "send-now":
        return this.#sendNow(client, effect[1]);
      case "end": {
        const [, callId, messages] = effect;
        const isUnsent = hasInitiate(client, callId);
        client.queue = client.queue.filter((message) => !isVoid(message, callId, "over"));
        for (const message of isUnsent ? [] : messages) this.#send(client, message);
        return;
      }
      case "release":
        client.link = null;
        client.isOpen = false;
        events.push({ type: "released" });
        return;
      case "record":
      case "mark-ringing":
      case "forget-problem":
        return;
    }
  }

  /** What was being made is there. */
  task(client: Client, link: Link): void {
    const { task, callId } = link;
    const about = { chatId: CHAT, callId };
    link.task = null;
    switch (task) {
      case "open":
        return this.tell(client, { type: "opened", callId, kinds: ["audio", "video"], isWithheld: false });
      case "offer":
        this.#send(client, { ...about, type: "call:initiate", offer: { type: "offer", sdp: link.own! } });
        return this.tell(client, { type: "placed", callId });
      case "answer":
        this.#send(client, answerOf(link));
        link.isAnswered = true;
        return this.tell(client, { type: "answered", callId });
      case "negotiate":
        link.isPending = true;
        return this.#send(client, negotiation(link, "offer"));
    }
  }

  /** A message of the server's arrives. */
  receive(client: Client, message: ServerMessage): void {
    const { buffered, messages } = adapt(client.buffered, message);
    if (client.buffered === null && buffered !== null && !client.isFrozen) client.up.push({ type: "ping" });
    client.buffered = buffered;
    for (const one of messages) {
      this.#take(client, one);
      const about = "callId" in one ? one.callId : undefined;
      client.named = one.type === "welcome"
        ? one.calls.map(({ callId }) => callId)
        : client.named.filter((callId) => callId !== about);
      if (client.socket === "syncing" && client.named.length === 0) this.#flush(client);
    }
  }

  #take(client: Client, message: Incoming): void {
    const { link } = client;
    switch (message.type) {
      case "welcome": {
        const { call } = client.course;
        client.socket = "syncing";
        this.tell(client, { ...message, isUnsent: "info" in call && hasInitiate(client, call.info.callId) });
        return this.tell(client, { type: "signaling", status: "open" });
      }
      case "call:offer":
        return this.tell(client, { ...message, failed: [] });
      case "call:state":
        return this.tell(client, { ...message, peer: null, kinds: ["audio"] });
      case "call:peer":
        if (link === null || link.callId !== message.callId) return;
        if (message.state === "back" && link.isAnswered && link.isPending) {
          this.#send(client, negotiation(link, "offer"));
        }
        if (message.state === "reloaded") {
          client.queue = client.queue.filter((waiting) => !isVoid(waiting, message.callId, "reloaded"));
          Object.assign(link, { own: this.#id(), other: null, isPending: false, task: "negotiate" });
        }
        return;
      case "call:negotiate":
        if (link !== null && link.callId === message.callId) this.#negotiate(client, link, message.description);
        return;
      case "call:ringing":
      case "call:answer":
      case "call:rejected":
      case "call:end":
      case "call:error":
        return this.tell(client, message);
    }
  }

  /** The server has said all of the calls that it named: what waited is sent. */
  #flush(client: Client): void {
    const { queue } = client;
    Object.assign(client, { socket: "ready", queue: [] });
    for (const waiting of queue) this.#send(client, waiting);
  }

  /** Perfect negotiation, where an end that has met another one does not take a third. */
  #negotiate(client: Client, link: Link, { type, sdp }: { type: "offer" | "answer"; sdp: string }): void {
    const [far, near] = sdp.split(" ");
    if (type === "answer") {
      if (!link.isPending || near !== link.own) return;
      Object.assign(link, { other: far, isPending: false, isAnswered: true });
      return this.tell(client, { type: "answered", callId: link.callId });
    }
    if (link.isPending && !link.isPolite) return this.#send(client, negotiation(link, "offer"));
    link.own ??= this.#id();
    Object.assign(link, { other: far, isPending: false, isAnswered: true });
    if (link.task === "negotiate") link.task = null;
    this.#send(client, negotiation(link, "answer"));
    this.tell(client, { type: "answered", callId: link.callId });
  }

  #send(client: Client, message: ClientMessage): void {
    if (client.socket === "ready") this.#sendNow(client, message);
    else client.queue.push(message);
  }

  #sendNow(client: Client, message: ClientMessage): void {
    if (client.isFrozen || client.socket !== "ready" && client.socket !== "syncing") return;
    client.up.push(message);
  }

  /** This end notices that its socket is gone, with all that was on its way. */
  lose(client: Client): void {
    loseMessages(this.#model, client);
    Object.assign(client, { socket: "none", named: [], buffered: null, isFrozen: false });
    this.tell(client, { type: "signaling", status: "connecting" });
  }

  /** What is due by now happens. */
  pass(client: Client): void {
    if ((deadlineOf(client.course) ?? Infinity) <= 0) this.tell(client, { type: "timer" });
    const { link } = client;
    if (link === null || link.deadSince === null) return;
    if (link.deadSince + GIVE_UP_MS <= 0) {
      this.tell(client, { type: "failed", callId: link.callId, reason: "failed" });
    } else if (link.hasConnected && link.deadSince + RESTART_MS <= 0 && !link.isRestarted) {
      Object.assign(link, { isRestarted: true, isPending: true });
      this.#send(client, negotiation(link, "offer"));
    }
  }

  #id(): string {
    return `pc-${this.#model.ids++}`;
  }
}

const hasInitiate = ({ queue }: Client, callId: string) =>
  queue.some((message) => message.type === "call:initiate" && message.callId === callId);
const answerOf = ({ callId, own, other }: Link): ClientMessage => ({
  type: "call:answer",
  chatId: CHAT,
  callId,
  answer: { type: "answer", sdp: `${own} ${other}` },
});
const negotiation = ({ callId, own, other }: Link, type: "offer" | "answer"): ClientMessage => ({
  type: "call:negotiate",
  chatId: CHAT,
  callId,
  description: { type, sdp: type === "offer" ? own! : `${own} ${other}` },
});
