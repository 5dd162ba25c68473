/** When the app is looked at again, and when there is another network. */

import { addNetworkStateListener } from "expo-network";
import { AppState } from "react-native";
import type { Lifecycle } from "../../shared/client/platform/platform.ts";

export const lifecycle: Lifecycle = {
  onWake(action) {
    let before = "";
    addNetworkStateListener(({ type, isConnected }) => {
      const now = `${type} ${isConnected}`;
      if (isConnected && now !== before) action("online");
      before = now;
    });
    AppState.addEventListener("change", (state) => state === "active" && action("seen"));
  },
  // A phone ends an app without a word. The server's grace (R12) is for that, and the next start takes the call up again (R14).
  onLeave() {},
};
