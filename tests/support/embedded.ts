/** The call page in a frame of another application's page: the product without guests, that application, and its users. */

import { SignJWT } from "jose";
import type { Person } from "./person.ts";
import type { Frame } from "./packages.ts";
import { freePort } from "./ports.ts";
import { build, startProduct, startScript } from "./product.ts";
import { canCall, until } from "./until.ts";
import { HOST_SECRET } from "./wire.ts";

/** The chat that Ada and Boris are in. */
export const PROJECT = "project-x";

/** Where things are; `await using` stops them. */
export interface Embedded extends AsyncDisposable {
  /** The origins of the host application and of the product. */
  readonly host: string;
  readonly zvonok: string;
  /** Opens the host application's page as one of its users; gives the frame once it can call. */
  enter(person: Person, user: string): Promise<Frame>;
}

/** With the example of a host application, whose tokens last for `tokenSeconds`. */
export function withExample(tokenSeconds = 3600, env: Record<string, string> = {}): Promise<Embedded> {
  return embedded(env, (zvonok, port) => startHostApp(HOST_SECRET, zvonok, port, tokenSeconds));
}

/** Starts the example of a host application alone. */
export function startHostApp(
  secret: string,
  zvonok: string,
  port: number,
  tokenSeconds?: number,
): Promise<AsyncDisposable> {
  return startScript(["run", "--lock=deno.lock", "--allow-net", "--allow-env", "examples/host-app/server.ts"], {
    JWT_SECRET: secret,
    ZVONOK_URL: zvonok,
    PORT: String(port),
    ...(tokenSeconds === undefined ? {} : { TOKEN_SECONDS: String(tokenSeconds) }),
  });
}

/** With a host application that gives each user one token, for so many seconds, and knows of no more. */
export function withSilentHost(
  tokenSeconds: Record<string, number>,
  env: Record<string, string> = {},
): Promise<Embedded> {
  return embedded(env, (zvonok, port) => {
    const allow = ["camera", "microphone", "autoplay"].map((feature) => `${feature} ${zvonok}`).join("; ");
    return Promise.resolve(Deno.serve({ port, hostname: "localhost", onListen: () => {} }, async (req) => {
      const user = new URL(req.url).searchParams.get("user")!;
      if (!(user in tokenSeconds)) return new Response(null, { status: 404 });
      const token = await new SignJWT({ name: user, chats: [PROJECT] }).setProtectedHeader({ alg: "HS256" })
        .setSubject(user).setExpirationTime(Math.floor(Date.now() / 1000) + tokenSeconds[user]!)
        .sign(new TextEncoder().encode(HOST_SECRET));
      const page =
        `<!doctype html><title>Chat</title><iframe name="call" allow="${allow}" width="900" height="640"></iframe>
<form method="post" action="${zvonok}/enter" target="call">
<input name="chat" value="${PROJECT}"><input name="token" value="${token}"></form><script>document.forms[0].submit()</script>`;
      return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
    }));
  });
}

async function embedded(
  env: Record<string, string>,
  serve: (zvonok: string, port: number) => Promise<AsyncDisposable>,
): Promise<Embedded> {
  await build();
  const stack = new AsyncDisposableStack();
  const port = freePort();
  const host = `http://localhost:${port}`;
  const product = stack.use(
    await startProduct({ JWT_SECRET: HOST_SECRET, GUESTS: "off", ALLOWED_ORIGINS: host, HOST: "localhost", ...env }),
  );
  const zvonok = product.url.replace("127.0.0.1", "localhost").replace("[::1]", "localhost");
  stack.use(await serve(zvonok, port));
  return {
    host,
    zvonok,
    async enter(person, user) {
      await person.page.goto(`${host}/?user=${user}`);
      const frame = await person.page.waitForFrame((frame) => frame.url() === `${zvonok}/chat/${PROJECT}`);
      await canCall(frame);
      return frame;
    },
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  };
}

/** Waits until a frame says Connected, and no more. */
export async function isConnected(frame: Frame): Promise<void> {
  const says = () => document.querySelector('[role="status"]')?.textContent === "Connected";
  await until("it says Connected, and no more", () => frame.evaluate(says), 30_000);
}

/** Waits until the other person's picture goes on, from now. */
export async function sees(frame: Frame): Promise<void> {
  const time = () => {
    const video = document.querySelector<HTMLVideoElement>('video[aria-label="Remote video"]');
    return video !== null && video.videoWidth > 0 ? video.currentTime : 0;
  };
  const before = await frame.evaluate(time);
  await until("the other person is seen", async () => await frame.evaluate(time) > before, 30_000);
}

/** Reloads a frame, and waits until the old document is gone. */
export async function reload(frame: Frame): Promise<void> {
  await frame.evaluate(() => {
    document.documentElement.dataset["old"] = "";
    location.reload();
  });
  const isNew = () => document.readyState === "complete" && !("old" in document.documentElement.dataset);
  await until("the frame is loaded again", () => frame.evaluate(isNew), 30_000);
}
