/** What went out over one signaling socket, by its frames: so that what the server refuses for its rate (R18) can be sent again. */

import type { ClientMessage } from "../../protocol/client_messages.ts";

/** Types of messages that follow a first description: the server leaves them out where it refused that description. */
export const FOLLOWERS: readonly string[] = ["call:ice-candidate", "call:media", "call:negotiate"];

interface Sent {
  /** Its number on this socket, from 1. */
  readonly frame: number;
  readonly message: ClientMessage;
}

export class SentFrames {
  #sent: readonly Sent[] = [];
  #count = 0;

  /** Notes a message that was sent. */
  add(message: ClientMessage): void {
    this.#sent = [...this.#sent, { frame: ++this.#count, message }];
  }

  /** A `pong` came, which acknowledges all up to its ping: the server refuses none of that any more. */
  acknowledge(): void {
    this.#sent = this.#sent.slice(this.#sent.findIndex(({ message }) => message.type === "ping") + 1);
  }

  /** The messages to send again where a frame was refused, in order: none, where an earlier refusal brings this one along already. */
  take(frame: number): ClientMessage[] {
    const refused = this.#sent.find((sent) => sent.frame === frame);
    if (refused === undefined) return [];
    const { message } = refused;
    const later = this.#sent.filter((sent) => sent.frame > refused.frame && isSameCall(sent.message, message));
    const isOpening = message.type === "call:initiate" || message.type === "call:answer";
    const again = isOpening ? [refused, ...later.filter((sent) => FOLLOWERS.includes(sent.message.type))] : [refused];
    this.#sent = this.#sent.filter((sent) => !again.includes(sent));
    return isOutdated(message, later) ? [] : again.map((sent) => sent.message);
  }
}

function isSameCall(one: ClientMessage, other: ClientMessage): boolean {
  return "callId" in one && "callId" in other && one.callId === other.callId;
}

/** A later `call:media` or description has taken the place of this one, which would undo it. */
function isOutdated({ type }: ClientMessage, later: readonly Sent[]): boolean {
  const isReplaced = type === "call:media" || type === "call:negotiate";
  return isReplaced && later.some(({ message }) => message.type === type);
}
