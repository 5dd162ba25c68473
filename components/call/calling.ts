/**
 * The call client and the components of a call, in one module, since one bundle is smaller than several. The chat page imports it once it
 * can be read.
 */

export { Beside } from "./beside/Beside.tsx";
export { Incoming } from "./Incoming.tsx";
export { Stage } from "./stage/Stage.tsx";
export { createCallStore } from "./store.ts";
