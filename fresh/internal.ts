/** What the generated `_fresh/server.js` imports. @module */
export { setSnapshot } from "./snapshot.ts";
