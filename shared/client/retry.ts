/** Trying again, with pauses that grow, until it is done or not wanted any more. */

import type { Clock } from "./platform/platform.ts";

/** Between two tries, in ms: doubled each time, up to the longest. */
export interface Pauses {
  readonly first: number;
  readonly longest: number;
}

/** One try: gives true where it did what it was to. Never rejects. `isWanted`: nobody has stopped the retries meanwhile. */
export type Attempt = (isWanted: () => boolean) => Promise<boolean>;

/** For a module: the network that lost it may be back in a moment. */
const MODULE_PAUSES: Pauses = { first: 500, longest: 16_000 };

/** Tries at once, and again after each pause until it is done. The result stops it, and leaves no timer. */
export function retryUntilDone(after: Clock["after"], pauses: Pauses, attempt: Attempt): () => void {
  let isStopped = false;
  let cancelTimer = () => {};
  const run = async (pauseMs: number) => {
    const isDone = await attempt(() => !isStopped);
    if (!isDone && !isStopped) cancelTimer = after(pauseMs, () => run(Math.min(pauseMs * 2, pauses.longest)));
  };
  run(pauses.first);
  return () => {
    isStopped = true;
    cancelTimer();
  };
}

/**
 * Loads a module for as long as it is wanted and absent, and hands it to `use` once. The result says that it is not wanted any more:
 * then nothing is used, or tried again. Chromium asks the server again for a module that did not come, and for what that one imports.
 * Firefox keeps the failure until the page is loaded anew, as HTML has it (section "fetch a single module script"), so there a further
 * try costs nothing, and brings nothing.
 */
export function loadUntilThere<Module>(
  after: Clock["after"],
  load: () => Promise<Module>,
  use: (module: Module) => void,
): () => void {
  return retryUntilDone(after, MODULE_PAUSES, async (isWanted) => {
    const module = await load().catch(() => null);
    if (module !== null && isWanted()) use(module);
    return module !== null;
  });
}
