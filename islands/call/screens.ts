/** What is seen and heard of a call: loaded with the page, but not before one can read it and act. */

export { Incoming } from "./Incoming.tsx";
export { Sounds } from "./Sounds.tsx";
export { Stage } from "./Stage.tsx";
