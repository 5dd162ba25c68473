/**
 * A server of protocol 1 does not name a device's calls in its `welcome`. It sends what it has of them right behind that, so all of it by
 * the `pong` to a first `ping`. Its messages are buffered until then, and become a `welcome` as a later server sends it, and the rest.
 */

import type { DeviceCall, ServerMessage, ServerMessages } from "../../protocol/server_messages.ts";

/** A `welcome` that names the device's calls. */
export type Welcome = ServerMessages["welcome"] & { readonly calls: readonly DeviceCall[] };

/** A message as the client takes it: any, but for a `welcome` that names no calls. */
export type Incoming = Exclude<ServerMessage, { type: "welcome" }> | Welcome;

/** Messages of a server of protocol 1 that wait until all of its calls are known; `null`: none have to. */
export type Buffered = readonly [ServerMessages["welcome"], ...ServerMessage[]] | null;

/** The messages that one more comes to, in order. Where buffering begins, a `ping` is due. */
export function adapt(
  buffered: Buffered,
  message: ServerMessage,
): { readonly buffered: Buffered; readonly messages: readonly Incoming[] } {
  if (message.type === "welcome") {
    const { calls } = message;
    return calls === undefined
      ? { buffered: [message], messages: [] }
      : { buffered: null, messages: [{ ...message, calls }] };
  }
  if (buffered === null) return { buffered, messages: [message] };
  if (message.type !== "pong") return { buffered: [...buffered, message], messages: [] };
  const [welcome, ...rest] = buffered;
  return { buffered: null, messages: [{ ...welcome, calls: callsIn(rest) }, ...rest as Incoming[], message] };
}

function callsIn(messages: readonly ServerMessage[]): DeviceCall[] {
  const isAnswered = (callId: string) => messages.some((one) => one.type === "call:answer" && one.callId === callId);
  return messages.flatMap((message): DeviceCall[] => {
    if (message.type !== "call:state" && message.type !== "call:offer") return [];
    const { chatId, callId } = message;
    if (message.type === "call:offer") {
      const { glare } = message;
      return [{ chatId, callId, role: "callee", state: "ringing", ...(glare ? { glare } : {}) }];
    }
    const { role, state } = message;
    const answer = isAnswered(callId) ? "follows" : "said";
    return [{ chatId, callId, role, state, ...(role === "caller" && state === "connected" ? { answer } : {}) }];
  });
}
