/** Key derivation by the system: in JavaScript without a just-in-time compiler it would take some fifteen seconds. */

import { requireNativeModule } from "expo";
import type { Pbkdf2 } from "../../shared/client/platform/platform.ts";

/** `modules/zvonok-pbkdf2`, in Kotlin and Swift. */
interface Native {
  /** The bytes in hexadecimal. */
  derive(password: string, salt: string, iterations: number, bytes: number): Promise<string>;
}

export const pbkdf2: Pbkdf2 = async (password, { salt, iterations, bytes }) => {
  const hex = await requireNativeModule<Native>("ZvonokPbkdf2").derive(password, salt, iterations, bytes);
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
};
