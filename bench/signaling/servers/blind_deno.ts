/** The floor: passes on what one of a chat's two sockets says to the other, and looks at nothing. */

const chats = new Map<string, Set<WebSocket>>();

Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(`http://127.0.0.1:${port}/`) },
  (req) => {
    const id = new URL(req.url).searchParams.get("chat")!;
    const { socket, response } = Deno.upgradeWebSocket(req);
    socket.onopen = () => chats.set(id, (chats.get(id) ?? new Set()).add(socket));
    socket.onmessage = ({ data }) => {
      for (const other of chats.get(id)!) if (other !== socket) other.send(data);
    };
    socket.onclose = () => {
      const chat = chats.get(id);
      chat?.delete(socket);
      if (chat?.size === 0) chats.delete(id);
    };
    return response;
  },
);
