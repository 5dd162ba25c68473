/** PeerServer on a free port of this machine, in a process of its own as the product is in one; prints its URL. */

import { PeerServer } from "./packages.ts";

PeerServer({ port: 0, host: "127.0.0.1", path: "/" }, (server) => {
  const { port } = server.address() as { port: number };
  console.log(`http://127.0.0.1:${port}/`);
});
