/** The same relay as `blind_deno.ts`, with `Bun.serve`. */

interface Socket {
  readonly data: { readonly id: string };
  send(data: string): void;
}

// deno-lint-ignore no-explicit-any
const { Bun } = globalThis as any;
const chats = new Map<string, Set<Socket>>();

const { port } = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  // deno-lint-ignore no-explicit-any
  fetch(req: Request, server: any) {
    server.upgrade(req, { data: { id: new URL(req.url).searchParams.get("chat") } });
  },
  websocket: {
    open(socket: Socket) {
      const { id } = socket.data;
      chats.set(id, (chats.get(id) ?? new Set()).add(socket));
    },
    message(socket: Socket, data: string) {
      for (const other of chats.get(socket.data.id)!) if (other !== socket) other.send(data);
    },
    close(socket: Socket) {
      const chat = chats.get(socket.data.id);
      chat?.delete(socket);
      if (chat?.size === 0) chats.delete(socket.data.id);
    },
  },
});
console.log(`http://127.0.0.1:${port}/`);
