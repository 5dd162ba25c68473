/** The same relay as `blind_deno.ts`, with `ws` on Node. The first argument says where the module is. */

import process from "node:process";

const { WebSocketServer } = await import(process.argv[2]);
const chats = new Map();

const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
server.on("listening", () => console.log(`http://127.0.0.1:${server.address().port}/`));
server.on("connection", (socket, req) => {
  const id = new URL(req.url, "http://localhost").searchParams.get("chat");
  chats.set(id, (chats.get(id) ?? new Set()).add(socket));
  socket.on("message", (data, binary) => {
    for (const other of chats.get(id)) if (other !== socket) other.send(data, { binary });
  });
  socket.on("close", () => {
    const chat = chats.get(id);
    chat?.delete(socket);
    if (chat?.size === 0) chats.delete(id);
  });
});
