/** Ports of this machine. */

/** Ports that nobody listens at, below those that systems hand out by themselves. */
export function freePorts(count: number): number[] {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = 21_000 + Math.floor(Math.random() * 11_000);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      if (!ports.includes(port)) ports.push(port);
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  return ports;
}

/** One of them. */
export const freePort = (): number => freePorts(1)[0]!;

/** Whether something listens at a TCP port in the network that a process is in (proc(5), `net/tcp`: local address, state 0A). */
export async function listens(pid: number, port: number): Promise<boolean> {
  const sockets = await Deno.readTextFile(`/proc/${pid}/net/tcp`).catch(() => "");
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return new RegExp(`^ *\\d+: [0-9A-F]{8}:${hex} [0-9A-F:]+ 0A `, "m").test(sockets);
}

/** Waits until a server that was just started listens. `log`: the file where it says why it does not. */
export async function untilListens(child: Deno.ChildProcess, port: number, log: string): Promise<void> {
  let hasEnded = false;
  child.status.then(() => hasEnded = true);
  while (!await listens(child.pid, port)) {
    if (hasEnded) throw new Error(`The server ended:\n${await Deno.readTextFile(log)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
