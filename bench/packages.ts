/** What the product is measured against. Only benches use it; it is locked in tests/deno.lock. */

export type { Peer } from "npm:peerjs@1.5.5";
export { PeerServer } from "npm:peer@1.0.2";
export type * as ws from "npm:ws@8.23.0";
export type * as socketIo from "npm:socket.io@4.8.4";

/** The script that a PeerJS page loads. */
export const PEERJS = new URL(import.meta.resolve("npm:peerjs@1.5.5/dist/peerjs.min.js"));

/** The servers that Node runs, and Bun, by the names under which they are imported. */
export const MODULES = {
  "peer": import.meta.resolve("npm:peer@1.0.2"),
  "ws": import.meta.resolve("npm:ws@8.23.0"),
  "socket.io": import.meta.resolve("npm:socket.io@4.8.4"),
};
