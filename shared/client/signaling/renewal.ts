/** A session that is renewed before it ends (R20): it is tried again and again until the server says so. */

import type { Platform } from "../platform/platform.ts";
import { type Pauses, retryUntilDone } from "../retry.ts";
import type { SignalSocket } from "./socket.ts";

const PAUSES: Pauses = { first: 2_000, longest: 60_000 };

/** Renews the session, until it is told to stop: the server said that it is renewed, or the socket is gone and the next one will be told. */
export function renewUntilStopped(
  { transport, clock }: Pick<Platform, "transport" | "clock">,
  socket: Pick<SignalSocket, "sendNow">,
): () => void {
  return retryUntilDone(clock.after, PAUSES, async (isWanted) => {
    await transport.renewSession((token) => isWanted() && socket.sendNow({ type: "session:renew", token }));
    return false;
  });
}
