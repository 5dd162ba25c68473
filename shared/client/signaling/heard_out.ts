/**
 * A server of protocol 1 does not name a device's calls in its `welcome`. It speaks of them right behind that, so by the `pong` to a
 * first `ping` all of them: until then what it says is kept. Then it is a `welcome` as a later server says it, and the rest.
 */

import type { DeviceCall, ServerMessage, ServerMessages } from "../../protocol/server_messages.ts";

/** A `welcome` that names the device's calls. */
export type Welcome = ServerMessages["welcome"] & { readonly calls: readonly DeviceCall[] };

/** What a client takes: anything, but for a `welcome` that names no calls. */
export type Heard = Exclude<ServerMessage, { type: "welcome" }> | Welcome;

/** What is kept of a server of protocol 1 until it is heard out. */
export type Kept = readonly [ServerMessages["welcome"], ...ServerMessage[]] | null;

/** What becomes of a message, in turn; where it begins to be `kept`, a `ping` is due. */
export function hearOut(kept: Kept, message: ServerMessage): { readonly kept: Kept; readonly heard: readonly Heard[] } {
  if (message.type === "welcome") {
    const { calls } = message;
    return calls === undefined ? { kept: [message], heard: [] } : { kept: null, heard: [{ ...message, calls }] };
  }
  if (kept === null) return { kept, heard: [message] };
  if (message.type !== "pong") return { kept: [...kept, message], heard: [] };
  const [welcome, ...rest] = kept;
  return { kept: null, heard: [{ ...welcome, calls: callsIn(rest) }, ...rest as Heard[], message] };
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
