/**
 * Clients and a server together, for `joint_explore_test.ts`: the real course of each client, the real arbiter, and between them sockets
 * that drop, freeze and come back, pages that are reloaded, and peer connections that carry media once both ends belong together. Time is
 * relative to now, so that worlds that differ only in when they began are one; it passes only when nothing is on its way.
 */

import type { course } from "../../shared/client/course/course.ts";
import type { CourseEvent } from "../../shared/client/course/course_event.ts";
import { type Course, type CourseEffect, deadlineOf, isAtHand, start } from "../../shared/client/course/course_state.ts";
import type { OmitEach } from "../../shared/omit_each.ts";
import type { ClientMessage } from "../../shared/protocol/client_messages.ts";
import type { ServerMessage } from "../../shared/protocol/server_messages.ts";
import { isVoid } from "../../shared/client/signaling/connection.ts";
import { type Heard, hearOut, type Kept } from "../../shared/client/signaling/heard_out.ts";
import { advance, nextDeadline } from "../../signaling/call/advance.ts";
import { type CallEvent, callOn, type ChatCalls, MEMORY_MS, NO_CALLS, usersOf } from "../../signaling/call/state.ts";
import type { Endpoint } from "../../signaling/call/parties.ts";

export type CourseMachine = typeof course;

export const RULES = { ringTimeoutMs: 20_000, graceMs: 8_000 };
/** A peer connection over which no media comes about, or none any more, is given up after this (ICE recovery), in ms. */
const GIVE_UP_MS = 30_000;
/** Where media stops, what gathers anew is offered after this, or the offer that is pending is repeated, in ms. */
const RESTART_MS = 5_000;
/** R14: so long after its start a server takes clients' word, in ms. */
const RECOVERY_MS = 60_000;
/** A server notices a socket that is dead after this, by its own pings, in ms. */
const DEAD_MS = 40_000;
const CHAT = "chat";

/** One end of a peer connection, and what is negotiated with it. Media flows where two ends know each other. */
export interface Link {
  readonly callId: string;
  readonly isPolite: boolean;
  /** `null`: there is none yet, after a reload. */
  own: string | null;
  other: string | null;
  isAnswered: boolean;
  /** An offer inside the call has no answer yet. */
  isPending: boolean;
  /** What is being made. */
  task: "open" | "offer" | "answer" | "negotiate" | null;
  /** Since when it is answered and carries nothing; `null`: it does, or is not to. */
  deadSince: number | null;
  /** Media flowed once; and ICE was restarted since it stopped. */
  hasConnected: boolean;
  isRestarted: boolean;
}

export interface Client extends Endpoint {
  course: Course;
  link: Link | null;
  /** Its camera and microphone are in use. */
  isOpen: boolean;
  socket: "none" | "greeting" | "syncing" | "ready";
  /** The calls that the server named, and has not said more of. */
  named: readonly string[];
  /** What is kept of a server of protocol 1, until it is heard out. */
  kept: Kept;
  /** The socket leads nowhere, and this end has not noticed. */
  isFrozen: boolean;
  up: ClientMessage[];
  down: ServerMessage[];
  queue: ClientMessage[];
  page: number;
  /** How many calls this user may still make here. */
  calls: number;
  /** How its calls ended, by id. */
  ends: Record<string, string>;
}

/** What the server has of a device. `until`: the end of its grace, or when it notices that the socket is dead. */
interface Seen {
  readonly is: "connected" | "dead" | "away" | "unknown";
  readonly until: number | null;
  readonly page: number | null;
}

export interface World {
  chat: ChatCalls;
  clients: Client[];
  seen: Seen[];
  /** Until when the server takes clients' word for calls. */
  recoversUntil: number;
  /** The protocol that the server speaks: in version 1 its `welcome` names no calls. */
  protocol: 1 | 2;
  /** How many more things may break, and whether one did. */
  faults: number;
  isSound: boolean;
  /** What was said about a peer connection after the answer, or that there was to be another, was lost with a socket: it is not repeated. */
  isLossy: boolean;
  ids: number;
}

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

/** Everybody is there, and nobody has called. */
export function begin(
  users: readonly { user: string; device: string; calls: number }[],
  faults: number,
): World {
  return {
    protocol: 2,
    chat: NO_CALLS,
    clients: users.map(({ user, device, calls }) => ({
      user,
      device,
      calls,
      course: { ...start([]), signaling: "open", ...RULES },
      link: null,
      isOpen: false,
      socket: "ready",
      named: [],
      kept: null,
      isFrozen: false,
      up: [],
      down: [],
      queue: [],
      page: 0,
      ends: {},
    })),
    seen: users.map(() => ({ is: "connected", until: null, page: 0 })),
    recoversUntil: -1,
    faults,
    isSound: true,
    isLossy: false,
    ids: 0,
  };
}

export function stepsIn(world: World): Step[] {
  const steps: Step[] = [];
  const { clients, faults } = world;
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
  if (isQuiet(world) && nextTime(world) !== null) steps.push({ do: "time" });
  return steps;
}

/** Nothing is on its way. */
export function isQuiet({ clients }: World): boolean {
  return clients.every(({ up, down, link }) => up.length + down.length === 0 && (link?.task ?? null) === null);
}

/** Takes a step, on a copy. */
export function step(before: World, by: Step, machine: CourseMachine): World {
  const world = copy(before);
  const run = new Run(world, machine);
  if ("at" in by) run.take(by.do, by.at);
  else if (by.do === "time") run.pass();
  else run.restart();
  for (const client of world.clients) {
    const { link } = client;
    if (link === null) continue;
    if (link.isAnswered && !flows(world, client)) link.deadSince ??= 0;
    else {Object.assign(link, {
        deadSince: null,
        isRestarted: false,
        hasConnected: link.hasConnected || link.isAnswered,
      });}
  }
  return world;
}

/** Whether a client sees and hears the other side. */
export function flows({ clients }: World, { link }: Client): boolean {
  if (link === null || link.own === null) return false;
  return clients.some(({ link: far }) =>
    far !== null && far.callId === link.callId && far.own === link.other && far.other === link.own && far.isAnswered
  );
}

function copy(world: World): World {
  return {
    ...world,
    clients: world.clients.map((client) => ({
      ...client,
      link: client.link && { ...client.link },
      up: [...client.up],
      down: [...client.down],
      queue: [...client.queue],
      ends: { ...client.ends },
    })),
    seen: [...world.seen],
  };
}

type Told = OmitEach<CourseEvent, "at" | "talkedMs">;

/** One step in a world that is its own. */
class Run {
  readonly #world: World;
  readonly #machine: CourseMachine;

  constructor(world: World, machine: CourseMachine) {
    this.#world = world;
    this.#machine = machine;
  }

  take(what: Deed, at: number): void {
    const world = this.#world;
    const client = world.clients[at]!;
    switch (what) {
      case "call": {
        client.calls--;
        const info = {
          chatId: CHAT,
          callId: `call-${world.ids++}`,
          role: "caller",
          media: "video",
          peer: null,
        } as const;
        return this.#tell(client, { type: "call", info, to: undefined, kinds: ["audio", "video"] });
      }
      case "accept":
        return this.#tell(client, { type: "accept", media: "video" });
      case "decline":
      case "hang-up":
        return this.#tell(client, { type: what });
      case "task":
        return this.#task(client, client.link!);
      case "up":
        return this.#heard(at, client, client.up.shift()!);
      case "down":
        return this.#receive(client, client.down.shift()!);
      case "connect":
        return this.#connect(at, client);
      case "notice":
        return this.#lose(client);
      case "drop":
        this.#break();
        this.#lose(client);
        return this.#dropped(at, RULES.graceMs);
      case "freeze":
        this.#break();
        this.#forget(client);
        client.isFrozen = true;
        world.isLossy = true;
        world.seen[at] = { ...world.seen[at]!, is: "dead", until: DEAD_MS };
        return;
      case "reload":
        this.#break();
        client.page++;
        Object.assign(client, { course: start(client.course.over), link: null, isOpen: false, queue: [] });
        if (client.socket !== "none" && !client.isFrozen) this.#dropped(at, MEMORY_MS);
        return this.#lose(client);
      case "fail":
        this.#break();
        return this.#tell(client, { type: "failed", callId: client.link!.callId, reason: "incompatible" });
    }
  }

  /** The server forgets everything, and every socket goes. */
  restart(): void {
    const world = this.#world;
    this.#break();
    world.chat = NO_CALLS;
    world.seen = world.seen.map(() => ({ is: "unknown", until: null, page: null }));
    world.recoversUntil = RULES.graceMs + RECOVERY_MS;
    for (const client of world.clients) if (client.socket !== "none" && !client.isFrozen) this.#lose(client);
  }

  /** Time goes on to the next thing that is due, and that happens. */
  pass(): void {
    const world = this.#world;
    shift(world, nextTime(world)!);
    if ((nextDeadline(world.chat) ?? Infinity) <= 0) this.#advance({ type: "tick", now: 0 });
    world.seen.forEach(({ is, until }, at) => {
      if (until === null || until > 0) return;
      if (is === "dead") this.#dropped(at, RULES.graceMs);
      else world.seen[at] = { is: "unknown", until: null, page: null };
    });
    for (const client of world.clients) {
      if ((deadlineOf(client.course) ?? Infinity) <= 0) this.#tell(client, { type: "timer" });
      const { link } = client;
      if (link === null || link.deadSince === null) continue;
      if (link.deadSince + GIVE_UP_MS <= 0) {
        this.#tell(client, { type: "failed", callId: link.callId, reason: "failed" });
      } else if (link.hasConnected && link.deadSince + RESTART_MS <= 0 && !link.isRestarted) {
        Object.assign(link, { isRestarted: true, isPending: true });
        this.#send(client, negotiation(link, "offer"));
      }
    }
  }

  // --- A client --------------------------------------------------------------------------------------------------------

  #tell(client: Client, first: Told): void {
    const told: Told[] = [first];
    for (let next = told.shift(); next !== undefined; next = told.shift()) {
      const before = client.course.call;
      const { state, effects } = this.#machine(client.course, { ...next, at: 0, talkedMs: null } as CourseEvent);
      client.course = state;
      for (const effect of effects) this.#do(client, effect, told);
      const { call } = state;
      if (call.stage === "ended" && call !== before) client.ends[call.info.callId] = call.outcome;
      // What rings is on the screen at once.
      if (call.stage === "incoming" && !call.isPresented && told.length === 0) told.push({ type: "presented" });
    }
  }

  #do(client: Client, effect: CourseEffect, told: Told[]): void {
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
        told.push({ type: "released" });
        return;
      case "record":
      case "mark-ringing":
      case "forget-problem":
        return;
    }
  }

  /** What was being made is there. */
  #task(client: Client, link: Link): void {
    const { task, callId } = link;
    const about = { chatId: CHAT, callId };
    link.task = null;
    switch (task) {
      case "open":
        return this.#tell(client, { type: "opened", callId, kinds: ["audio", "video"], isWithheld: false });
      case "offer":
        this.#send(client, { ...about, type: "call:initiate", offer: { type: "offer", sdp: link.own! } });
        return this.#tell(client, { type: "placed", callId });
      case "answer":
        this.#send(client, answerOf(link));
        link.isAnswered = true;
        return this.#tell(client, { type: "answered", callId });
      case "negotiate":
        link.isPending = true;
        return this.#send(client, negotiation(link, "offer"));
    }
  }

  #receive(client: Client, message: ServerMessage): void {
    const { kept, heard } = hearOut(client.kept, message);
    if (client.kept === null && kept !== null && !client.isFrozen) client.up.push({ type: "ping" });
    client.kept = kept;
    for (const one of heard) {
      this.#take(client, one);
      const about = "callId" in one ? one.callId : undefined;
      client.named = one.type === "welcome"
        ? one.calls.map(({ callId }) => callId)
        : client.named.filter((callId) => callId !== about);
      if (client.socket === "syncing" && client.named.length === 0) this.#flush(client);
    }
  }

  #take(client: Client, message: Heard): void {
    const { link } = client;
    switch (message.type) {
      case "welcome": {
        const { call } = client.course;
        client.socket = "syncing";
        this.#tell(client, { ...message, isUnsent: "info" in call && hasInitiate(client, call.info.callId) });
        return this.#tell(client, { type: "signaling", status: "open" });
      }
      case "call:offer":
        return this.#tell(client, { ...message, failed: [] });
      case "call:state":
        return this.#tell(client, { ...message, peer: null, kinds: ["audio"] });
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
        return this.#tell(client, message);
    }
  }

  /** The server was heard out: what waited is sent. */
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
      return this.#tell(client, { type: "answered", callId: link.callId });
    }
    if (link.isPending && !link.isPolite) return this.#send(client, negotiation(link, "offer"));
    link.own ??= this.#id();
    Object.assign(link, { other: far, isPending: false, isAnswered: true });
    if (link.task === "negotiate") link.task = null;
    this.#send(client, negotiation(link, "answer"));
    this.#tell(client, { type: "answered", callId: link.callId });
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
  #lose(client: Client): void {
    this.#forget(client);
    Object.assign(client, { socket: "none", named: [], kept: null, isFrozen: false });
    this.#tell(client, { type: "signaling", status: "connecting" });
  }

  // --- The server ------------------------------------------------------------------------------------------------------

  #connect(at: number, client: Client): void {
    const world = this.#world;
    const { page } = world.seen[at]!;
    const reloaded = page !== null && page !== client.page;
    world.seen[at] = { is: "connected", until: null, page: client.page };
    client.socket = "greeting";
    const named = world.chat.call && callOn(world.chat.call, endpoint(client), reloaded);
    const calls = world.protocol === 1 ? {} : { calls: named === null ? [] : [named] };
    client.down.push({ type: "welcome", ...RULES, ...calls } as ServerMessage);
    if (!this.#isInCall(client.user)) return;
    this.#advance({ type: "connect", now: 0, from: endpoint(client), reloaded });
  }

  #dropped(at: number, graceMs: number): void {
    const world = this.#world;
    const client = world.clients[at]!;
    if (world.seen[at]!.is === "unknown") return;
    world.seen[at] = { ...world.seen[at]!, is: "away", until: graceMs };
    if (this.#isInCall(client.user)) this.#advance({ type: "drop", now: 0, from: endpoint(client), graceMs });
  }

  #heard(at: number, client: Client, message: ClientMessage): void {
    const world = this.#world;
    const from = { ...endpoint(client), name: client.user };
    switch (message.type) {
      case "ping":
        client.down.push({ type: "pong" });
        return;
      case "call:initiate": {
        const callee = world.clients.find(({ user }) => user !== client.user)!.user;
        const devices = world.clients.flatMap(({ user, device }, n) => {
          const { is } = world.seen[n]!;
          return user !== callee || is === "unknown" ? [] : [{ device, connected: is !== "away" }];
        });
        const busy = { callerBusy: this.#isInCall(client.user), calleeBusy: this.#isInCall(callee) };
        const { callId } = message;
        return this.#advance({
          type: "initiate",
          now: 0,
          from,
          name: from.name,
          message,
          callId: callId!,
          callee,
          calleeName: callee,
          devices,
          ...busy,
        });
      }
      case "call:resume": {
        const isRecovering = world.recoversUntil > 0;
        return this.#advance({ type: "resume", now: 0, from, message, busy: false, isRecovering });
      }
      case "call:ringing":
      case "call:answer":
      case "call:reject":
      case "call:end":
      case "call:negotiate":
        return this.#advance({ type: "message", now: 0, from, message });
      default:
        throw new Error(`${at} says ${message.type}`);
    }
  }

  #advance(event: CallEvent): void {
    const world = this.#world;
    const { chat, deliveries } = advance(world.chat, event, RULES);
    world.chat = chat;
    for (const { to, message } of deliveries) {
      const at = world.clients.findIndex(({ user, device }) => user === to.user && device === to.device);
      if (at >= 0 && world.seen[at]!.is === "connected") world.clients[at]!.down.push(message);
    }
  }

  #isInCall(user: string): boolean {
    const { call } = this.#world.chat;
    return call !== null && usersOf(call).includes(user);
  }

  /** What is on its way is lost. */
  #forget(client: Client): void {
    const isLost = (message: ClientMessage | ServerMessage) =>
      message.type === "call:negotiate" || message.type === "call:peer" && message.state === "reloaded";
    if ([...client.up, ...client.down].some(isLost)) this.#world.isLossy = true;
    Object.assign(client, { up: [], down: [] });
  }

  #break(): void {
    this.#world.faults--;
    this.#world.isSound = false;
  }

  #id(): string {
    return `pc-${this.#world.ids++}`;
  }
}

// --- Time ------------------------------------------------------------------------------------------------------------

/** When the next thing is due; `null`: nothing is. */
function nextTime(world: World): number | null {
  const { chat, clients, seen } = world;
  const memory = chat.memory.map(({ at }) => at + MEMORY_MS);
  const times = [
    nextDeadline(chat),
    ...chat.call === null ? memory : [],
    ...seen.map(({ until }) => until),
    ...clients.map(({ course }) => deadlineOf(course)),
    ...clients.map(({ link }) => {
      if (link === null || link.deadSince === null) return null;
      return link.deadSince + (link.hasConnected && !link.isRestarted ? RESTART_MS : GIVE_UP_MS);
    }),
  ].filter((time) => time !== null);
  return times.length === 0 ? null : Math.max(0, Math.min(...times));
}

/** The names of times, in everything that there is. */
const TIMES = new Set(["deadline", "expiresAt", "awayUntil", "at", "until", "deadSince"]);

function shift(world: World, ms: number): void {
  const shifted = <T>(value: T): T => {
    if (value === null || typeof value !== "object") return value;
    if (Array.isArray(value)) return value.map(shifted) as T;
    return Object.fromEntries(
      Object.entries(value).map((
        [key, item],
      ) => [key, TIMES.has(key) && typeof item === "number" ? item - ms : shifted(item)]),
    ) as T;
  };
  const chat = shifted(world.chat);
  world.chat = { ...chat, memory: chat.memory.filter(({ at }) => -at < MEMORY_MS) };
  world.clients = shifted(world.clients);
  world.seen = shifted(world.seen);
  world.recoversUntil = Math.max(-1, world.recoversUntil - ms);
}

/** Worlds with one key are the same but for names, and for how things came to it. */
export function keyOf({ chat, clients, seen, recoversUntil, faults, isLossy }: World): string {
  const names = new Map<string, string>();
  const isReloaded = seen.map(({ page }, at) => page !== null && page !== clients[at]!.page);
  const text = JSON.stringify(
    [chat, clients, seen, isReloaded, recoversUntil > 0, faults, isLossy],
    (key, value) => key === "page" ? undefined : value,
  );
  return text.replace(/\b(?:call|pc)-\d+/g, (name) => {
    let known = names.get(name);
    if (known === undefined) names.set(name, known = `n${names.size}`);
    return known;
  });
}

// --- Small parts -----------------------------------------------------------------------------------------------------

const endpoint = ({ user, device }: Endpoint): Endpoint => ({ user, device });
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
