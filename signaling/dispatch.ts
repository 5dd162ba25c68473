/** Gives the engine's steps to this process's devices, and to those who count, report and log. */

import { CLOSE } from "../shared/protocol/constants.ts";
import type { Fact } from "./call/facts.ts";
import type { Endpoint } from "./call/parties.ts";
import type { Connections, DeviceConnection } from "./connections.ts";
import { type Answer, type CallRef, type DeviceFact, type Step, whenKnown } from "./engine/engine.ts";
import { RECEIPT_MS, restrictionOf } from "./identity/lifetime.ts";
import type { CallReport } from "./log/receipts.ts";
import type { Counts } from "./ops/counts.ts";
import type { CallRecords } from "./log/call_records.ts";
import type { Log, LogEvents } from "./ops/log.ts";
import type { PushDesk } from "./push/push_desk.ts";

/** Who is told, and whom to ask. */
export interface DispatchOptions {
  readonly connections: Connections;
  readonly counts: Counts;
  readonly records: CallRecords;
  /** `null`: nobody is told by push. */
  readonly desk: PushDesk | null;
  readonly log: Log;
  /** Whether all that happens is logged, or outcomes only. */
  readonly debugLog: boolean;
  /** The call that a device is in, or that rings on it. */
  callOf(device: Endpoint): Answer<CallRef | null>;
}

export class Dispatch {
  readonly #options: DispatchOptions;

  constructor(options: DispatchOptions) {
    this.#options = options;
  }

  /** `isOwn`: what happened is this process's to count; others are told of it too. */
  take({ chatId, at, deliveries, facts, state }: Step, isOwn: boolean): void {
    const { connections, records } = this.#options;
    for (const { to, message } of deliveries) connections.get(to)?.say(message);
    for (const fact of facts) {
      if ("call" in fact) this.#tell(fact, at, isOwn);
      else this.#note(chatId, fact, isOwn);
    }
    for (const report of records.settle()) if (isOwn) this.#options.log("call-ended", endingOf(report));
    for (const fact of facts) if (fact.type === "missed") this.#seeTo(fact);
    if (chatId === null || state === null) return;
    for (const device of connections.watchersOf(chatId)) {
      const only = device.life && restrictionOf(device.life.life);
      const isMember = state.members.some(({ id }) => id === device.user);
      if (isMember && (only === null || only.chatId === chatId)) device.say(state);
    }
  }

  /** R17: some candidates did not reach ICE; for whoever looks for the reason of a call that found no path. */
  noteDropped({ user, device }: Endpoint, dropped: number, why: string): void {
    if (this.#options.debugLog) this.#options.log("candidates-dropped", { count: dropped, why, user, device });
  }

  /** Who wants to know what happens in calls. */
  #tell(fact: Fact, at: number, isOwn: boolean): void {
    const { counts, records, desk, log, debugLog } = this.#options;
    records.observe(fact, at);
    desk?.observe(fact, isOwn);
    if (isOwn) {
      counts.observe(fact);
      if (debugLog) log("call", logged(fact));
      if (fact.type === "placed") log("call-placed", { callId: fact.call.callId, media: fact.call.media });
    }
    if (fact.type === "unable" || fact.type === "answered" || fact.type === "ended") this.#dismiss(fact.call.callId);
  }

  #note(chatId: string | null, fact: DeviceFact, isOwn: boolean): void {
    const { connections, counts, records } = this.#options;
    switch (fact.type) {
      case "connected": {
        const device = connections.get(fact.device);
        device?.welcome(fact.calls);
        if (device?.life?.life.state === "valid") this.#tellMissed(device);
        return;
      }
      case "seen":
        if (isOwn) records.acknowledge(fact.device.user, fact.message);
        return;
      case "watched": {
        const device = connections.get(fact.device);
        if (device?.outbox) connections.watch(device, chatId!);
        else connections.unwatchIfAlone(chatId!);
        return;
      }
      case "left":
        if (isOwn) this.#options.desk?.forget(fact.user);
        // Their devices go on watching the chat: they are told of it again once the user is let in again.
        for (const device of connections.watchersOf(chatId!)) {
          if (device.user !== fact.user || device.life?.life.state !== "valid") continue;
          device.say({ type: "call:error", code: "ACCESS_DENIED", message: "Access denied", chatId: chatId! });
        }
        return;
      case "limited":
        connections.get(fact.device)?.shut(fact.callId);
        return;
      case "measured": {
        const { candidatesDropped = 0 } = fact.message.receipt;
        if (candidatesDropped > 0) this.noteDropped(fact.device, candidatesDropped, "not taken by the browser");
        if (isOwn) counts.measured(fact.message.receipt);
        records.accept(fact.device, fact.message);
        const life = connections.get(fact.device)?.life;
        if (life?.life.state === "leaving") life.leave(0);
        return;
      }
      case "gone":
        return connections.forget(fact.device);
      case "moved": {
        const device = connections.get(fact.device);
        if (device !== undefined) connections.shut(device, CLOSE.replaced, "Replaced by a newer socket of this device");
        return;
      }
      case "crowded": {
        const device = connections.get(fact.device);
        if (device !== undefined) {
          connections.shut(device, CLOSE.tooMany, "Too many devices of this user are connected");
        }
        return;
      }
      case "lost":
        for (const device of [...connections.all()]) connections.shut(device, CLOSE.restart, "The server restarts");
    }
  }

  /** The device's user may have missed calls while none of their devices was there. */
  #tellMissed(device: DeviceConnection): void {
    const { records } = this.#options;
    records.tellMissed(device.user, (message) => {
      device.sayAfterWelcome(message);
      if (!acknowledges(device)) records.acknowledge(device.user, message);
    });
  }

  /** A missed call was told to devices whose clients never say that somebody has seen to it. */
  #seeTo({ call, callee }: Fact & { type: "missed" }): void {
    const { connections, records } = this.#options;
    const isTold = (device: DeviceConnection) => device.outbox !== null && device.life?.life.state === "valid";
    const isForGood = connections.of(callee).some((device) => isTold(device) && !acknowledges(device));
    if (isForGood) records.acknowledge(callee, call);
  }

  /** R20: whose token expired in a call that they are not in any more have nothing to stay for but its receipt. */
  #dismiss(callId: string): void {
    const { connections, records, callOf } = this.#options;
    for (const device of connections.restricted) {
      const { life } = device;
      if (life?.life.state !== "expired" || life.life.call.callId !== callId) continue;
      whenKnown(callOf(device), (call) => {
        if (call?.callId !== callId) life.leave(records.awaitsReceipts ? RECEIPT_MS : 0);
      });
    }
  }
}

/** Since version 3 clients say when somebody has seen to a missed call. To those before, that it was told was all. */
const acknowledges = ({ protocol }: DeviceConnection) => protocol >= 3;

/** What there is to log of a call that is over. */
function endingOf(
  { callId, media, outcome, placedAt, answeredAt, endedAt, durationMs }: CallReport,
): LogEvents["call-ended"] {
  const ringMs = placedAt === null ? null : Date.parse(answeredAt ?? endedAt) - Date.parse(placedAt);
  return { callId, media, outcome, ringMs, durationMs };
}

/** A fact in a log: kinds and ids. */
function logged(fact: Fact): LogEvents["call"] {
  const { type, call: { callId } } = fact;
  return {
    type,
    callId,
    ...("outcome" in fact ? { outcome: fact.outcome } : {}),
    ...("reason" in fact ? { reason: fact.reason } : {}),
  };
}
