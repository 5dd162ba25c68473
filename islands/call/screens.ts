/** What the screen shows of a call: loaded with the page, but not before one can read it and act. */

export { Incoming } from "./Incoming.tsx";
export { Stage } from "./Stage.tsx";
