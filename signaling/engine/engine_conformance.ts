/** What every engine has to do, as scenes over its port: to be run against each one there is. */

import { BOUNDS } from "./conformance/bounds.ts";
import { CALLS } from "./conformance/calls.ts";
import { CHATS } from "./conformance/chats.ts";
import { DEVICES } from "./conformance/devices.ts";
import type { Scenes } from "./conformance/scene.ts";

export { Scene } from "./conformance/scene.ts";

/** The scenes by what they prove. */
export const CONFORMANCE: Scenes = { ...CALLS, ...DEVICES, ...CHATS, ...BOUNDS };
