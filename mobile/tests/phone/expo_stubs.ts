/** Expo's modules, as far as the app's platform uses them, in Node. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { webcrypto } from "node:crypto";

// --- expo-crypto ---------------------------------------------------------------------------------------------------------

export const getRandomValues = (bytes: Uint8Array<ArrayBuffer>) => webcrypto.getRandomValues(bytes);

// --- expo-network --------------------------------------------------------------------------------------------------------

type NetworkListener = (state: { type: string; isConnected: boolean }) => void;
const networkListeners: NetworkListener[] = [];

export function addNetworkStateListener(listener: NetworkListener): void {
  networkListeners.push(listener);
}

/** The phone is in another network now. */
export function changeNetwork(type: string): void {
  for (const listener of networkListeners) listener({ type, isConnected: true });
}

// --- expo-sqlite/kv-store: what outlives the process ---------------------------------------------------------------------

const FILE = process.env.PHONE_STORAGE!;
const kept: Record<string, string> = existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")) : {};
const write = () => writeFileSync(FILE, JSON.stringify(kept));

export const Storage = {
  getItemSync: (key: string) => kept[key] ?? null,
  setItemSync(key: string, value: string) {
    kept[key] = value;
    write();
  },
  removeItemSync(key: string) {
    delete kept[key];
    write();
  },
};
