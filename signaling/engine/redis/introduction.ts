/** What a process that comes later tells those who report calls of one that began before. */

import type { Member } from "../../../shared/protocol/server_messages.ts";
import { type Fact, tagOf } from "../../call/facts.ts";
import type { Call } from "../../call/state.ts";

/** `members`: of the call's chat. */
export function introduction(call: Call, members: readonly Member[]): Fact[] {
  const tag = tagOf(call);
  if (call.state === "ringing") {
    const { caller, calleeUser: callee } = call;
    const calleeName = members.find(({ id }) => id === callee)?.name ?? "";
    return [{ type: "placed", call: tag, caller, callee, calleeName }];
  }
  const parties = (["caller", "callee"] as const).flatMap((side) => {
    const { user, device, name } = call[side];
    return user === null || device === null ? [] : [{ side, party: { user, device, name } }];
  });
  return parties.map((one, n) => ({ type: n === 0 ? "resumed" : "rejoined", call: tag, ...one } as const));
}
