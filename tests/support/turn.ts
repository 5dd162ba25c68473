/** Tests that need a coturn of their own. */

import { isCommand } from "./commands.ts";

const missing = ["turnserver", "openssl"].find((name) => !isCommand(name));
/** Who relies on a run must not be given less than all of it. */
const isLeftOut = missing !== undefined && !Deno.env.has("CI");
if (isLeftOut) console.log(`Calls through TURN are left out: ${missing} is not installed`);

/** A test with a real TURN server. Left out where there is none, but for CI, where it fails. */
export function turnTest(name: string, run: () => Promise<void>): void {
  Deno.test({ name: `turn: ${name}`, ignore: isLeftOut }, run);
}
