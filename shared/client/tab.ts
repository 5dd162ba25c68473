/** What a tab or phone remembers of its calls over a reload. */

import type { Environment } from "./platform/platform.ts";

/** What of this device was on in a call. */
export interface Sending {
  readonly callId: string;
  readonly microphone: boolean;
  readonly camera: boolean;
}

/** What is remembered. */
interface Kept {
  readonly sending: Sending | null;
  /** Calls that are over for this tab, oldest first, whether or not the server has heard of it. */
  readonly over: readonly string[];
}

/** Remembers what is on now in the call; `null`: there is none. */
export function keepSending(env: Environment, sending: Sending | null): void {
  env.save(JSON.stringify({ ...keptBy(env), sending } satisfies Kept));
}

/** What was on in this call before a reload; nothing where that is not known. */
export function sendingBefore(env: Environment, callId: string): Sending {
  const { sending } = keptBy(env);
  return sending?.callId === callId ? sending : { callId, microphone: false, camera: false };
}

/** Remembers which calls are over for this tab: a reload shall take up none of them again. */
export function keepOver(env: Environment, over: readonly string[]): void {
  env.save(JSON.stringify({ ...keptBy(env), over } satisfies Kept));
}

/** The calls that were over before a reload. */
export function overBefore(env: Environment): readonly string[] {
  return keptBy(env).over;
}

function keptBy(env: Environment): Kept {
  try {
    const { sending = null, over = [] }: Partial<Kept> = JSON.parse(env.load() ?? "{}") ?? {};
    return { sending, over: Array.isArray(over) ? over : [] };
  } catch {
    return { sending: null, over: [] };
  }
}
