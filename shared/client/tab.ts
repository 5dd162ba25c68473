/** What a tab or phone remembers of its calls over a reload. */

import type { TextStore } from "./platform/platform.ts";

/** Where it is kept. */
const KEY = "sending";

/** What of this device was on in a call. */
export interface Sending {
  readonly callId: string;
  readonly microphone: boolean;
  readonly camera: boolean;
}

/** What a tab keeps over a reload. */
interface Kept {
  readonly sending: Sending | null;
  /** Calls that are over for this tab, oldest first, whether or not the server has heard of it. */
  readonly over: readonly string[];
}

/** Remembers what is on now in the call; `null`: there is none. */
export function keepSending(tab: TextStore, sending: Sending | null): void {
  tab.set(KEY, JSON.stringify({ ...keptBy(tab), sending } satisfies Kept));
}

/** What was on in this call before a reload; nothing where that is not known. */
export function sendingBefore(tab: TextStore, callId: string): Sending {
  const { sending } = keptBy(tab);
  return sending?.callId === callId ? sending : { callId, microphone: false, camera: false };
}

/** Remembers which calls are over for this tab: a reload shall take up none of them again. */
export function keepOver(tab: TextStore, over: readonly string[]): void {
  tab.set(KEY, JSON.stringify({ ...keptBy(tab), over } satisfies Kept));
}

/** The calls that were over before a reload. */
export function overBefore(tab: TextStore): readonly string[] {
  return keptBy(tab).over;
}

function keptBy(tab: TextStore): Kept {
  try {
    const { sending = null, over = [] }: Partial<Kept> = JSON.parse(tab.get(KEY) ?? "{}") ?? {};
    return { sending, over: Array.isArray(over) ? over : [] };
  } catch {
    return { sending: null, over: [] };
  }
}
