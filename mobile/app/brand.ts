/** What makes the app somebody's own; `app.config.ts` puts it in when the app is built. */

import Constants from "expo-constants";
import { Platform } from "react-native";

interface Brand {
  readonly name: string;
  /** The origin of the server, without a slash at its end. */
  readonly server: string;
  /** Of links that open the app: `scheme://chat/ID`. */
  readonly scheme: string;
  readonly accent: string;
  readonly onAccent: string;
}

const built = Constants.expoConfig?.extra?.brand as Brand;

/** The web build is of the server that it comes from, unless it was built for another. */
export const brand: Brand = {
  ...built,
  server: built.server || (Platform.OS === "web" ? globalThis.location?.origin ?? "" : ""),
};
