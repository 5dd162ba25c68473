/** Socket.IO on Node with a room for each chat, as its documentation has it. The first argument says where the module is. */

import { createServer } from "node:http";
import process from "node:process";

const { Server } = await import(process.argv[2]);
const http = createServer();
const io = new Server(http);

io.on("connection", (socket) => {
  const { chat } = socket.handshake.query;
  socket.join(chat);
  socket.on("signal", (message) => socket.to(chat).emit("signal", message));
});
http.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${http.address().port}/`));
