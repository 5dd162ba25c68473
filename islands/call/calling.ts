/** What makes calls, and is seen and heard of them: loaded with the page, but not before one can read it. In one piece, the smallest. */

export { Incoming } from "./Incoming.tsx";
export { Sounds } from "./Sounds.tsx";
export { Stage } from "./Stage.tsx";
export { createCallStore } from "./store.ts";
