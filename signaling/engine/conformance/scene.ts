/** A scene of the conformance of engines: one engine, some devices, and all that came out of it. */

import type { OmitEach } from "../../../shared/omit_each.ts";
import type { ServerMessage } from "../../../shared/protocol/server_messages.ts";
import type { Fact } from "../../call/facts.ts";
import { same } from "../../call/state.ts";
import type { Endpoint } from "../../call/parties.ts";
import type { ChatMessage, DeviceFact, Engine, EngineFactory, EngineOptions, Step } from "../engine.ts";

/** Looks again and again until there is something. */
type Until = (what: string, look: () => Promise<unknown>) => Promise<unknown>;

/** Times are short, and real: an engine may have a clock of its own. */
export const RING_MS = 300;
export const GRACE_MS = 300;

/** A place for a socket that is about to open is kept for so long; or for so short, where that is tested. */
export const RESERVED_MS = 60_000;
export const SHORTLY_RESERVED_MS = 50;

/** Long enough for what should not happen to have happened. */
export const LATER_MS = 2 * RING_MS;

const SDP = "v=0\r\nm=audio 9 RTP/AVP 0";
const offer = { type: "offer" as const, sdp: SDP };
export const answer = { type: "answer" as const, sdp: SDP };
export const CALL = "call-0123456789abcdef";
export const OTHER_CALL = "call-fedcba9876543210";
export const ANN: Endpoint = { user: "ann", device: "laptop" };
export const BOB: Endpoint = { user: "bob", device: "phone" };
export const BOB_TOO: Endpoint = { user: "bob", device: "tablet" };
export const CARL: Endpoint = { user: "carl", device: "laptop" };

type Body = OmitEach<ChatMessage, "chatId">;

/** An engine, and all that came out of it. */
export class Scene {
  readonly engine: Engine;
  readonly steps: Step[] = [];
  /** Does something in the midst of a step. */
  onStep: (step: Step) => void = () => {};
  readonly #until: Until;

  constructor(make: EngineFactory, until: Until, options: Partial<EngineOptions> = {}) {
    this.#until = until;
    let ids = 0;
    this.engine = make({
      ringTimeoutMs: RING_MS,
      graceMs: GRACE_MS,
      chatCapacity: 2,
      push: false,
      now: () => performance.timeOrigin + performance.now(),
      newId: () => `given-${ids++}`.padEnd(20, "0"),
      ...options,
    }, (step) => {
      this.steps.push(step);
      this.onStep(step);
    });
  }

  enter(from: Endpoint, { chats = ["chat"], page = "first" }: { chats?: string[]; page?: string } = {}): void {
    const membership = { userId: from.user, name: from.user.toUpperCase(), chats, isGuest: true, issuedAt: Date.now() };
    this.engine.submit({ type: "connect", from, membership, page });
  }

  say(from: Endpoint, body: Body, chatId = "chat"): void {
    this.engine.submit({ type: "message", from, message: { chatId, ...body } as ChatMessage, frame: 1 });
  }

  initiate(from = ANN, callId = CALL, chatId = "chat"): void {
    this.say(from, { type: "call:initiate", callId, offer }, chatId);
  }

  drop(from: Endpoint, graceMs = GRACE_MS): void {
    this.engine.submit({ type: "drop", from, graceMs });
  }

  /** Facts of a type, in order. */
  facts<Type extends (Fact | DeviceFact)["type"]>(type: Type) {
    const all = this.steps.flatMap(({ facts }) => facts);
    return all.filter((fact): fact is Extract<Fact | DeviceFact, { type: Type }> => fact.type === type);
  }

  /** What a device was given, in order. */
  heard(by: Endpoint): ServerMessage[] {
    const all = this.steps.flatMap(({ deliveries }) => deliveries);
    return all.filter(({ to }) => same(to, by)).map(({ message }) => message);
  }

  heardTypes(by: Endpoint): string[] {
    return this.heard(by).map(({ type }) => type);
  }

  /** Waits until something came out. */
  async until(what: string, look: () => unknown): Promise<void> {
    await this.#until(what, async () => await look());
  }

  /** Waits until a call is over, and gives how it ended. */
  async end(callId = CALL): Promise<Fact & { type: "ended" }> {
    const ended = () => this.facts("ended").find(({ call }) => call.callId === callId);
    await this.until(`${callId} is over`, () => ended() !== undefined);
    return ended()!;
  }

  /** Two are in a call. */
  async talk(): Promise<void> {
    for (const device of [ANN, BOB]) this.enter(device);
    this.initiate();
    await this.until("it rings", () => this.facts("placed").length === 1);
    this.say(BOB, { type: "call:answer", callId: CALL, answer });
    await this.until("it is answered", () => this.facts("answered").length === 1);
  }
}

export const later = () => new Promise((resolve) => setTimeout(resolve, LATER_MS));
export const candidate = (n: number) => ({ candidate: `candidate:${n} 1 udp 1 192.0.2.1 9 typ host`, sdpMid: "0" });

export const stepWith = ({ steps }: Scene, type: string) =>
  steps.find(({ facts }) => facts.some((fact) => fact.type === type))!;

/** Scenes, by what they prove. */
export type Scenes = Record<string, (scene: Scene) => Promise<void>>;
