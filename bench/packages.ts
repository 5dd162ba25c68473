/** What the product is measured against. Only benches use it; it is locked in tests/deno.lock. */

export type { Peer } from "npm:peerjs@1.5.5";
export { PeerServer } from "npm:peer@1.0.2";

/** The script that a PeerJS page loads. */
export const PEERJS = new URL(import.meta.resolve("npm:peerjs@1.5.5/dist/peerjs.min.js"));
