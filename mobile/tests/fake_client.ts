/** A call client whose snapshots a test says, and whose actions it hears of: the screens are views on the former, and call the latter. */

import type { CallClient } from "../../shared/client/client.ts";
import { NOTHING } from "../../shared/client/snapshot.ts";
import type { CallInfo, CallPhase, Snapshot } from "../../shared/client/state.ts";
import type { MakeClient } from "../app/call_store.ts";

export const CHAT = "chat-1";

/** A call with Boris. */
export const CALL: CallInfo = {
  chatId: CHAT,
  callId: "call-1-0123456789",
  role: "callee",
  media: "video",
  peer: { id: "boris", name: "Boris" },
};

const ACTIONS = [
  "call",
  "retry",
  "accept",
  "presented",
  "decline",
  "hangUp",
  "setMicrophone",
  "setCamera",
  "check",
  "switchCamera",
  "setSaver",
  "setCodec",
  "dismiss",
  "dismissMissed",
  "watch",
  "close",
] as const;

export class FakeClient {
  snapshot: Snapshot = {
    ...NOTHING,
    signaling: "open",
    members: { [CHAT]: [{ id: "ann", name: "Ann", online: true }, { id: "boris", name: "Boris", online: true }] },
  };
  /** What was done, such as `["accept", "video"]`. */
  readonly done: unknown[][] = [];
  #onChange = () => {};

  readonly make: MakeClient = (onChange) => {
    this.#onChange = onChange;
    const actions = ACTIONS.map((name) => [name, (...args: unknown[]) => this.done.push([name, ...args])] as const);
    Object.assign(this, Object.fromEntries(actions), { descriptions: () => null });
    return { client: this as unknown as CallClient, pastCalls: () => Promise.resolve([]) };
  };

  show(change: Partial<Snapshot>): void {
    this.snapshot = { ...this.snapshot, ...change };
    this.#onChange();
  }

  phase(call: CallPhase): void {
    this.show({ call });
  }

  /** The last thing that was done, but for what the screens do by themselves. */
  get last(): unknown[] | undefined {
    return this.done.filter(([name]) => name !== "watch" && name !== "presented").at(-1);
  }
}
