/** The offer on its way to the callee's devices, and their word that they ring: rule R3. */

import { tagOf } from "./facts.ts";
import type { Advanced, ChatCalls, Delivery, RingingCall } from "./state.ts";
import type { Endpoint } from "./parties.ts";
import { remaining, to, unchanged, withCall, withFacts } from "./steps.ts";

/** Gives the offer to one more device of the callee. */
export function ring(chat: ChatCalls, device: string, now: number): Advanced {
  const call = chat.call as RingingCall;
  const devices = call.devices.includes(device) ? call.devices : [...call.devices, device];
  const absent = call.absent.filter((one) => one !== device);
  const rung: RingingCall = { ...call, devices, absent, failure: null };
  return withCall(chat, rung, offerTo(rung, device, now));
}

/** A device of the callee says that it rings: the caller is told of the first, now or when it is back (R12). */
export function acknowledge(
  chat: ChatCalls,
  call: RingingCall,
  { user, device }: Endpoint,
  now: number,
): Advanced {
  if (call.acknowledged) return unchanged(chat);
  const heard: RingingCall = { ...call, acknowledged: true };
  const told = withCall(chat, heard, ...(call.caller.awayUntil === null ? ringingTo(heard, now) : []));
  return withFacts(told, { type: "ringing", call: tagOf(call), device: { user, device } });
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

/** What the caller is told once a device has said that it rings. */
export function ringingTo(call: RingingCall, now: number): Delivery[] {
  if (!call.acknowledged) return [];
  const { chatId, callId } = call;
  return [to(call.caller, { type: "call:ringing", chatId, callId, expiresInMs: remaining(call, now) })];
}
