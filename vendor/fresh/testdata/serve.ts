type Handler = (req: Request) => Promise<Response>;
type Get = (path: string, init?: RequestInit) => Promise<{
  status: number;
  headers: Headers;
  body: string;
}>;

/** Runs a handler behind a real server for the time of a test. */
export async function serving(handler: Handler, test: (get: Get, origin: string) => Promise<void>): Promise<void> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, handler);
  const origin = `http://127.0.0.1:${server.addr.port}`;
  const get: Get = async (path, init) => {
    const response = await fetch(origin + path, { redirect: "manual", ...init });
    const body = await response.text();
    return { status: response.status, headers: response.headers, body };
  };
  try {
    await test(get, origin);
  } finally {
    await server.shutdown();
  }
}

/** Collects what is logged as an error meanwhile. */
export async function loggedErrors(run: () => Promise<void>): Promise<unknown[]> {
  const logged: unknown[] = [];
  const { error } = console;
  console.error = (...args) => void logged.push(args[0]);
  try {
    await run();
  } finally {
    console.error = error;
  }
  return logged;
}
