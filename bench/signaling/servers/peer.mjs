/** PeerServer on Node, with its own defaults. The first argument says where the module is. */

import process from "node:process";

const { PeerServer } = await import(process.argv[2]);
PeerServer({ port: 0, host: "127.0.0.1" }, (server) => console.log(`http://127.0.0.1:${server.address().port}/`));
