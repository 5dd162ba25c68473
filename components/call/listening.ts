/**
 * Waits on the signaling socket for a call, without the call client: a page that calls nobody loads that when it rings. The call client
 * then takes over by the same platform, so as the same page of the same device.
 */

// Not for this module: what it shares with the chat page and Call Doctor then comes in one file (see in_one_file.ts).
import "../../shared/client/devices/causes.ts";
import { browser } from "../../shared/client/platform/browser.ts";
import type { Platform } from "../../shared/client/platform/platform.ts";
import { SignalSocket } from "../../shared/client/signaling/socket.ts";

/** What a page that waits for calls hears. */
export interface Heard {
  /**
   * It rings here, a call of this tab's goes on, or the session is to be renewed: told once, to who makes a call client by this platform.
   * Its socket is of the same page, so the server lets go of this one, and tells it all that again.
   */
  onClientWanted(platform: Platform): void;
  /** A call was missed, here or elsewhere. `at`: when it was, in ms since 1970; not known from servers of before version 3. */
  onMissed(at: number | undefined): void;
}

/** Listens until the returned function is called. */
export function listen({ onClientWanted, onMissed }: Heard): () => void {
  const platform = browser({ url: location.origin });
  let isTold = false;
  const socket = new SignalSocket(platform, {
    onStatus: () => {},
    onMessage(message) {
      switch (message.type) {
        case "call:offer":
        case "call:state":
        case "session:expiring":
          if (!isTold) onClientWanted(platform);
          isTold = true;
          return;
        case "call:missed":
          return onMissed(message.at);
      }
    },
  });
  return () => socket.close();
}

export { onPageLeft } from "../../shared/client/platform/browser/lifecycle.ts";
