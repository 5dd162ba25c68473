/** A callee without devices, who may be reached by push: rule R21. */

import { endRinging, error, over, to, unchanged } from "./steps.ts";
import type { Advanced, CallEvent, ChatCalls, RingingCall } from "./state.ts";

/** The device of who declines from a notification: no page of theirs, and no id that a device can have. */
const NO_DEVICE = "";

/** Nobody was reached: unless a device has come by itself meanwhile, the call is one to somebody who is not there. */
export function unreached(chat: ChatCalls, { callId, now }: CallEvent & { type: "unreached" }): Advanced {
  const call = ringing(chat, callId);
  if (call === null || call.devices.length > 0) return unchanged(chat);
  const told = error(call.caller, call, "USER_OFFLINE", "User offline");
  return over(chat, call, now, { outcome: "offline", by: null, missed: "offline" }, told);
}

/** R8, where no device says it: the caller learns it, and all devices of the callee stop. */
export function decline(chat: ChatCalls, { callId, user, now }: CallEvent & { type: "decline" }): Advanced {
  const call = ringing(chat, callId);
  if (call === null || call.calleeUser !== user) return unchanged(chat);
  return over(
    chat,
    call,
    now,
    { outcome: "declined", by: { user, device: NO_DEVICE } },
    to(call.caller, { type: "call:rejected", chatId: call.chatId, callId, reason: "declined" }),
    ...endRinging(call, call.devices, "rejected-elsewhere"),
  );
}

function ringing({ call }: ChatCalls, callId: string): RingingCall | null {
  return call?.state === "ringing" && call.callId === callId ? call : null;
}
