/** A call that somebody places, with all that the arbiter has to know of the two: whom, on which devices, and who is busy. */

import type { CallEvent } from "../call/state.ts";
import type { Sender } from "../call/parties.ts";
import type { CallTable } from "./calls.ts";
import type { ChatMessage } from "./engine.ts";
import type { Members } from "./members.ts";
import { isReachable, type Presence } from "./presence.ts";

export type Initiate = ChatMessage & { type: "call:initiate" };

/** Who calls, and by what message. */
interface Placing {
  readonly from: Sender;
  readonly message: Initiate;
  /** The proposed id, or a new one. */
  readonly callId: string;
  readonly now: number;
}

/** The arbiter's event; or what is wrong with the message's `to`. */
export function placing(
  { from, message, callId, now }: Placing,
  members: Members,
  presence: Presence,
  calls: CallTable,
  push: boolean,
): CallEvent | string {
  const { chatId } = message;
  const others = members.others(chatId, from.user);
  if (message.to !== undefined && !others.includes(message.to)) return "to: expected another member of this chat";
  if (message.to === undefined && others.length > 1) {
    return "to: expected, since this chat has several other members";
  }
  const callee = message.to ?? others[0] ?? null;
  return {
    type: "initiate",
    now,
    from,
    name: from.name,
    message,
    callId,
    callee,
    calleeName: callee === null ? "" : members.nameOf(chatId, callee) ?? "",
    // R20: a device that leaves with its token rings when it is back with another.
    devices: (callee === null ? [] : presence.devices(callee)).map((device) => ({
      device: device.device,
      connected: isReachable(device),
    })),
    callerBusy: calls.isBusy(from.user),
    calleeBusy: callee !== null && calls.isBusy(callee),
    push,
  };
}
