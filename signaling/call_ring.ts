/** The offer on its way to the callee's devices: rule R3. */

import {
  type Advanced,
  type ChatCalls,
  type Delivery,
  remaining,
  type RingingCall,
  to,
  withCall,
} from "./call_state.ts";

/** Gives the offer to one more device of the callee, and tells the caller if it is the first. */
export function ring(chat: ChatCalls, device: string, now: number): Advanced {
  const call = chat.call as RingingCall;
  const devices = call.devices.includes(device) ? call.devices : [...call.devices, device];
  const rung: RingingCall = { ...call, devices, announced: true };
  return withCall(
    chat,
    rung,
    offerTo(rung, device, now),
    ...(call.announced || call.caller.awayUntil !== null ? [] : [ringingTo(rung, now)]),
  );
}

export function offerTo(call: RingingCall, device: string, now: number): Delivery {
  return to({ user: call.calleeUser, device }, {
    type: "call:offer",
    chatId: call.chatId,
    callId: call.callId,
    callerId: call.caller.user,
    callerName: call.caller.name,
    offer: call.offer,
    media: call.media,
    expiresInMs: remaining(call, now),
    ...(call.glare?.device === device ? { glare: true } : {}),
  });
}

export function ringingTo(call: RingingCall, now: number): Delivery {
  const { chatId, callId } = call;
  return to(call.caller, { type: "call:ringing", chatId, callId, expiresInMs: remaining(call, now) });
}
