/** Chance, from the system's generator: Hermes has no `crypto`. */

import { getRandomValues } from "expo-crypto";
import type { Crypto } from "../../shared/client/platform/platform.ts";

export const crypto: Crypto = {
  random: Math.random,
  newId: () => Array.from(getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join(""),
};
