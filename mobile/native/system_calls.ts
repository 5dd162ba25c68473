/**
 * Calls as the phone's system knows them (CallKit, Android's Telecom): it rings on the lock screen, has them in its list, and has a say in
 * them. What is to be told it follows from one phase of a call on the other; nothing is drawn for it, so it works where nothing is.
 */

import type { CallActions, CallPhase, Outcome, Snapshot } from "../../shared/client/state.ts";
import type { CallStore } from "../app/call_store.ts";

/** Why a call is over, as the systems tell it. `mine`: by this person, which the system is asked for. */
export type EndReason = "mine" | "failed" | "remote" | "unanswered" | "answered-elsewhere" | "declined-elsewhere";

/** What the system is told of one call. */
export type SystemEvent =
  | {
    readonly type: "incoming" | "outgoing";
    readonly callId: string;
    readonly name: string;
    readonly hasVideo: boolean;
  }
  /** It was answered in the app. */
  | { readonly type: "answered"; readonly callId: string }
  | { readonly type: "connected"; readonly callId: string; readonly isOutgoing: boolean }
  | { readonly type: "ended"; readonly callId: string; readonly reason: EndReason }
  | { readonly type: "muted"; readonly callId: string; readonly isMuted: boolean };

/** What the system says, or a headset, a car or a watch by it. */
export interface SystemHandlers {
  onAnswer(callId: string): void;
  onEnd(callId: string): void;
  onMute(callId: string, isMuted: boolean): void;
  /** Another call of the phone took its place, or is over. */
  onHold(callId: string, isHeld: boolean): void;
}

/** The system's side. */
export interface CallSystem {
  tell(event: SystemEvent): void;
  listen(handlers: SystemHandlers): void;
}

/** What the system knows. */
export type Told =
  | { readonly stage: "nothing" }
  | { readonly stage: "incoming" | "outgoing" | "answered" | "connected"; readonly callId: string };

/** What the system is to be told where a call is in this phase now; `told`: what it knows, and then knows. */
export function newsFor(told: Told, call: CallPhase): { told: Told; events: readonly SystemEvent[] } {
  const events: SystemEvent[] = [];
  let known = told;
  const callId = "call" in call && call.phase !== "ended" ? call.call.callId : null;
  if (known.stage !== "nothing" && known.callId !== callId) {
    events.push({ type: "ended", callId: known.callId, reason: call.phase === "ended" ? reasonOf(call) : "remote" });
    known = { stage: "nothing" };
  }
  if (callId === null || !("call" in call)) return { told: known, events };
  const { peer, media, role } = call.call;
  if (known.stage === "nothing") {
    const type = role === "callee" ? "incoming" : "outgoing";
    events.push({ type, callId, name: peer?.name ?? "", hasVideo: media === "video" });
    known = { stage: type, callId };
  }
  const isAnswered = call.phase !== "incoming" && role === "callee";
  if (known.stage === "incoming" && isAnswered) {
    events.push({ type: "answered", callId });
    known = { stage: "answered", callId };
  }
  if (call.phase === "connected" && known.stage !== "connected") {
    events.push({ type: "connected", callId, isOutgoing: role === "caller" });
    known = { stage: "connected", callId };
  }
  return { told: known, events };
}

const REASONS: Readonly<Partial<Record<Outcome, EndReason>>> = {
  hangup: "remote",
  cancelled: "unanswered",
  timeout: "unanswered",
  declined: "remote",
  busy: "remote",
  offline: "unanswered",
  "answered-elsewhere": "answered-elsewhere",
  "rejected-elsewhere": "declined-elsewhere",
};

function reasonOf({ byMe, outcome }: Extract<CallPhase, { phase: "ended" }>): EndReason {
  return byMe ? "mine" : REASONS[outcome] ?? "failed";
}

/** Keeps the system and the calls of a store in step. */
export class SystemCalls {
  readonly #system: CallSystem;
  readonly #store: Pick<CallStore, "client" | "snapshot">;
  #told: Told = { stage: "nothing" };
  #isMuted = false;
  /** What was on before the system held the call. */
  #before: { readonly microphone: boolean; readonly camera: boolean } | null = null;

  constructor(store: CallStore, system: CallSystem) {
    this.#store = store;
    this.#system = system;
    store.subscribe(() => this.#follow(store.snapshot()));
    system.listen({
      onAnswer: (callId) => this.#during(callId, (actions, call) => this.#answered(actions, call)),
      onEnd: (callId) =>
        this.#during(callId, (actions, { phase }) => phase === "incoming" ? actions.decline() : actions.hangUp()),
      onMute: (callId, isMuted) => this.#during(callId, (actions) => this.#mute(actions, isMuted)),
      onHold: (callId, isHeld) => this.#during(callId, (actions) => this.#hold(actions, isHeld)),
    });
  }

  #follow({ call, local }: Snapshot): void {
    const { told, events } = newsFor(this.#told, call);
    const isNew = told.stage === "nothing" || this.#told.stage === "nothing" || told.callId !== this.#told.callId;
    this.#told = told;
    if (isNew) [this.#isMuted, this.#before] = [false, null];
    for (const event of events) this.#system.tell(event);
    const isMuted = !local.microphone && local.held.microphone === null;
    if (told.stage !== "connected" || isMuted === this.#isMuted) return;
    this.#isMuted = isMuted;
    this.#system.tell({ type: "muted", callId: told.callId, isMuted });
  }

  /** The system speaks of the call that there is, and of none before it. */
  #during(callId: string, act: (actions: CallActions, call: Extract<CallPhase, { call: unknown }>) => void): void {
    const { call } = this.#store.snapshot();
    if ("call" in call && call.phase !== "ended" && call.call.callId === callId) act(this.#store.client, call);
  }

  #answered(actions: CallActions, { phase, call }: Extract<CallPhase, { call: unknown }>): void {
    if (phase !== "incoming") return;
    // The system knows of it already.
    this.#told = { stage: "answered", callId: call.callId };
    actions.accept(call.media);
  }

  #mute(actions: CallActions, isMuted: boolean): void {
    this.#isMuted = isMuted;
    actions.setMicrophone(!isMuted);
  }

  #hold(actions: CallActions, isHeld: boolean): void {
    const { microphone, camera } = this.#store.snapshot().local;
    if (isHeld) {
      this.#before ??= { microphone, camera };
      actions.setMicrophone(false);
      if (camera) actions.setCamera(false);
      return;
    }
    if (this.#before?.microphone) actions.setMicrophone(true);
    if (this.#before?.camera) actions.setCamera(true);
    this.#before = null;
  }
}
