/**
 * The call client and the components of a call, in one module, since one bundle is smaller than several. The chat page imports it once it
 * can be read.
 */

import "./in_one_file.ts";

export { Beside } from "./beside/Beside.tsx";
export { Notices } from "./chat/Notices.tsx";
export { Incoming } from "./Incoming.tsx";
export { Muted } from "./Muted.tsx";
export { onPageLeft } from "../../shared/client/platform/browser/lifecycle.ts";
export { Stage } from "./stage/Stage.tsx";
export { createCallStore } from "./store.ts";
export { isStaged, statusText } from "./view.ts";
