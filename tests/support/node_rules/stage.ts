/** What a scene of a rule over two processes is given. */

import assert from "node:assert/strict";
import type { Cluster } from "../cluster.ts";
import { until } from "../until.ts";
import { offer, type Wire, type WireOptions } from "../wire.ts";

/** The processes that a scene is played over. */
export const [ONE, TWO] = [0, 1] as const;
/** How long calls ring there, and how long a lost device may take to come back, in ms. */
export const RING_MS = 5_000;
export const GRACE_MS = 3_000;

/** A rule is shown in a chat of its own, by people who are in none of the other scenes. */
export interface Stage {
  readonly cluster: Cluster;
  readonly chatId: string;
  /** The id of somebody of this scene. */
  userId(name: string): string;
  /** Somebody's device opens a socket to one of the processes. */
  enter(node: number, name: string, who?: WireOptions & { readonly token?: string }): Promise<Wire>;
}

/** Throws where the rule does not hold. */
export type Scene = (stage: Stage) => Promise<void>;

/**
 * Waits until all processes know what a device said until now, and have told it what came of that: the answer to something that cannot
 * be comes in its turn. Asserts that nothing else came.
 */
export async function settled(...wires: Wire[]): Promise<void> {
  for (const wire of wires) {
    wire.send({ type: "call:ringing", chatId: wire.chatId, callId: NOBODYS });
    assert.equal((await wire.refused("NO_CALL")).callId, NOBODYS);
  }
}

const NOBODYS = "a-call-id-of-nobody";

/** The one of these that something comes to first. */
export function firstToHear(...wires: Wire[]): Promise<Wire> {
  return until("somebody hears something", () => Promise.resolve(wires.find((wire) => !wire.isIdle)));
}

/** Both place a call of their own at once: gives who of them is called, who calls, and by which of the two calls (R10). */
export async function glare(one: Wire, other: Wire) {
  const ids = new Map([one, other].map((wire, n) => [wire, `${wire.chatId}-call-${n}`.padEnd(16, "0")]));
  for (const [wire, callId] of ids) wire.send({ type: "call:initiate", chatId: wire.chatId, callId, offer });
  const callee = await firstToHear(one, other);
  const caller = callee === one ? other : one;
  const callId = ids.get(caller)!;
  const first = await callee.next("call:offer");
  // Perhaps a plain one came before it.
  const second = first.glare ? first : await callee.next("call:offer");
  assert.deepEqual([first.callId, second.callId, second.glare], [callId, callId, true]);
  return { caller, callee, callId };
}
