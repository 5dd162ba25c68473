/** Time in the model: when something is due, and how it passes. */

import { deadlineOf } from "../../../../shared/client/course/course_state.ts";
import { nextDeadline } from "../../../../signaling/call/advance.ts";
import { MEMORY_MS } from "../../../../signaling/call/state.ts";
import type { Model } from "./model.ts";

/** A peer connection over which no media comes about, or none any more, is given up after this (ICE recovery), in ms. */
export const GIVE_UP_MS = 30_000;
/** Where media stops, what gathers anew is offered after this, or the offer that is pending is repeated, in ms. */
export const RESTART_MS = 5_000;

/** When the next thing is due; `null`: nothing is. */
export function nextTime(model: Model): number | null {
  const { chat, clients, seen } = model;
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

/** Lets time pass: now is later, so that everything else is earlier. */
export function shift(model: Model, ms: number): void {
  const shifted = <T>(value: T): T => {
    if (value === null || typeof value !== "object") return value;
    if (Array.isArray(value)) return value.map(shifted) as T;
    return Object.fromEntries(
      Object.entries(value).map((
        [key, item],
      ) => [key, TIMES.has(key) && typeof item === "number" ? item - ms : shifted(item)]),
    ) as T;
  };
  const chat = shifted(model.chat);
  model.chat = { ...chat, memory: chat.memory.filter(({ at }) => -at < MEMORY_MS) };
  model.clients = shifted(model.clients);
  model.seen = shifted(model.seen);
  model.recoversUntil = Math.max(-1, model.recoversUntil - ms);
}

/** Models with one key are the same but for names, and for how things came to it. */
export function keyOf({ chat, clients, seen, recoversUntil, faults, isLossy }: Model): string {
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
