/** A session that is renewed before it ends (R20): it is tried again and again until the server says so. */

import type { Environment } from "./ports.ts";
import type { SignalSocket } from "./signal.ts";

/** Between two tries, in ms: doubled each time, up to the longest. */
const RETRY_MS = { first: 2_000, longest: 60_000 };

/** Renews the session, until it is told to stop: the server said that it is renewed, or the socket is gone and the next one will be told. */
export function renewUntilStopped(env: Environment, socket: Pick<SignalSocket, "sendNow">): () => void {
  let isStopped = false;
  let cancelTimer = () => {};
  const renew = async (retryMs: number) => {
    await env.renewSession((token) => isStopped || socket.sendNow({ type: "session:renew", token }));
    if (!isStopped) cancelTimer = env.after(retryMs, () => renew(Math.min(retryMs * 2, RETRY_MS.longest)));
  };
  renew(RETRY_MS.first);
  return () => {
    isStopped = true;
    cancelTimer();
  };
}
