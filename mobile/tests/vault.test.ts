/** The token in the key store. */

import * as SecureStore from "expo-secure-store";
import { vault } from "../session/vault.ts";

const kept = new Map<string, string>();

jest.mock("expo-secure-store");

beforeEach(() => {
  kept.clear();
  jest.mocked(SecureStore.getItemAsync).mockImplementation(async (key) => kept.get(key) ?? null);
  jest.mocked(SecureStore.setItemAsync).mockImplementation(async (key, value) => void kept.set(key, value));
  jest.mocked(SecureStore.deleteItemAsync).mockImplementation(async (key) => void kept.delete(key));
});

test.each([0, 1, 1_999, 2_000, 2_001, 6_000, 16_384])("a token of %i characters comes back whole", async (length) => {
  const token = Array.from({ length }, (_, at) => String.fromCharCode(97 + at % 26)).join("");
  await vault.write(token);
  expect(await vault.read()).toBe(token);
  for (const value of kept.values()) expect(value.length).toBeLessThanOrEqual(2_048);
});

test("a shorter token takes the place of a longer one, and nothing is left of what was forgotten", async () => {
  await vault.write("a".repeat(5_000));
  await vault.write("b".repeat(10));
  expect(await vault.read()).toBe("b".repeat(10));
  await vault.write(null);
  expect(await vault.read()).toBeNull();
});

test("a token of which a part is lost is none", async () => {
  await vault.write("a".repeat(5_000));
  kept.delete("session.1");
  expect(await vault.read()).toBeNull();
});
