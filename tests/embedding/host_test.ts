/** Calls inside somebody else's product: the example host application, Zvonok in its frame, and two of its users. */

import assert from "node:assert/strict";
import { SignJWT } from "jose";
import type { Frame } from "../support/packages.ts";
import { launch } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { startHostApp } from "../support/embedded.ts";
import { freePort } from "../support/ports.ts";
import { build, SECRET, startProduct } from "../support/product.ts";
import { canCall, press, said, until } from "../support/until.ts";

const JWT_SECRET = "what only the two servers know";

Deno.test("host application: its users call each other in its page, and nobody else comes in", async () => {
  await build();
  await using stack = new AsyncDisposableStack();
  const port = freePort();
  const host = `http://localhost:${port}`;
  const product = stack.use(
    await startProduct({ JWT_SECRET, GUESTS: "off", ALLOWED_ORIGINS: host, HOST: "localhost" }),
  );
  const zvonok = product.url.replace("127.0.0.1", "localhost").replace("[::1]", "localhost");
  stack.use(await startHostApp(JWT_SECRET, zvonok, port));
  const browser = stack.use(await launch());
  const [ada, boris] = [stack.use(await Person.enter(browser)), stack.use(await Person.enter(browser))];
  const enter = async (person: Person, user: string): Promise<Frame> => {
    await person.page.goto(`${host}/?user=${user}`);
    const frame = await person.page.waitForFrame((frame) => frame.url() === `${zvonok}/chat/project-x`);
    await canCall(frame);
    return frame;
  };
  const [adas, boriss] = [await enter(ada, "ada"), await enter(boris, "boris")];
  await press(adas, "Video call");
  await press(boriss, "Accept");
  for (const frame of [adas, boriss]) {
    const isConnected = () => document.querySelector('[role="status"]')?.textContent === "Connected";
    await until("it says Connected, and no more", () => frame.evaluate(isConnected), 30_000);
    const isSeen = () => {
      const video = document.querySelector<HTMLVideoElement>('video[aria-label="Remote video"]');
      return video !== null && video.videoWidth > 0 && video.currentTime > 0;
    };
    await until("the other person is seen", () => frame.evaluate(isSeen), 30_000);
  }
  await press(adas, "Hang up");
  await said(boriss, "Call ended");

  const enterWith = (token: string, origin = host) =>
    fetch(`${zvonok}/enter`, {
      method: "POST",
      redirect: "manual",
      headers: { origin },
      body: new URLSearchParams({ token, chat: "project-x" }),
    });
  for (const [token, origin] of [["forged.token.here", host], ["", host], ["", "https://evil.example"]] as const) {
    const answer = await enterWith(token, origin);
    assert.equal(answer.status, 403);
    const text = await answer.text();
    assert.match(
      text,
      /403 ACCESS_DENIED: Access denied: TOKEN_MALFORMED: /,
      "a page for people, with a word for developers",
    );
  }
  const guest = await fetch(`${zvonok}/api/session`, { method: "POST", body: JSON.stringify({ name: "Eve" }) });
  assert.equal(guest.status, 403, "no guests");
  await guest.body?.cancel();
});

for (const policy of ["no-referrer", "same-origin"]) {
  Deno.test(`host application: its page may keep its origin back, Referrer-Policy: ${policy}`, async () => {
    await build();
    await using stack = new AsyncDisposableStack();
    const port = freePort();
    const env = { JWT_SECRET, GUESTS: "off", ALLOWED_ORIGINS: `http://localhost:${port}`, HOST: "localhost" };
    const product = stack.use(await startProduct(env));
    const zvonok = product.url.replace("127.0.0.1", "localhost").replace("[::1]", "localhost");
    const token = await new SignJWT({ name: "Ada", chats: ["project-x"] }).setProtectedHeader({ alg: "HS256" })
      .setSubject("ada").setExpirationTime("1h").sign(new TextEncoder().encode(JWT_SECRET));
    const text = `<!doctype html><title>Chat</title><iframe name="call" allow="camera; microphone"></iframe>
      <form method="post" action="${zvonok}/enter" target="call">
        <input name="chat" value="project-x"><input name="token" value="${token}"><button>Open</button>
      </form>`;
    stack.use(
      Deno.serve(
        { port, hostname: "127.0.0.1", onListen: () => {} },
        () => new Response(text, { headers: { "content-type": "text/html", "referrer-policy": policy } }),
      ),
    );
    const browser = stack.use(await launch());
    const { page } = stack.use(await Person.enter(browser));
    const posted = page.waitForRequest((request) => request.method() === "POST");
    await page.goto(`http://localhost:${port}/`);
    await press(page, "Open");
    const frame = await page.waitForFrame((frame) => frame.url() === `${zvonok}/chat/project-x`);
    await canCall(frame);
    assert.equal((await posted).headers().origin, "null", "the browser kept the origin back");
  });
}

Deno.test("host application: a token is its own proof, whatever page posts it; a guest's is none", async () => {
  await build();
  await using product = await startProduct({ JWT_SECRET });
  const token = (secret: string) =>
    new SignJWT({ name: "Ada", chats: ["project-x"] }).setProtectedHeader({ alg: "HS256" }).setSubject("ada")
      .setExpirationTime("1h").sign(new TextEncoder().encode(secret));
  for (
    const [what, secret, status] of [["a host's", JWT_SECRET, 303], ["a guest's", SECRET, 403], [
      "a forged",
      "x",
      403,
    ]] as const
  ) {
    for (const origin of [null, "null", "https://another.example"]) {
      const answer = await fetch(`${product.url}/enter`, {
        method: "POST",
        redirect: "manual",
        headers: { ...origin === null ? {} : { origin }, cookie: `zvonok_session=${await token(SECRET)}` },
        body: new URLSearchParams({ token: await token(secret), chat: "project-x" }),
      });
      assert.equal(answer.status, status, `${what} token, Origin ${origin}`);
      assert.equal(answer.headers.has("set-cookie"), status === 303);
      await answer.body?.cancel();
    }
  }
});

Deno.test("host application: the key for once that stands for a token is for a form of our own page", async () => {
  await build();
  await using product = await startProduct({ JWT_SECRET });
  const token = await new SignJWT({ name: "Ada", chats: ["project-x"] }).setProtectedHeader({ alg: "HS256" })
    .setSubject("ada").setExpirationTime("1h").sign(new TextEncoder().encode(JWT_SECRET));
  const enter = async (fields: Record<string, string>, headers: Record<string, string>) => {
    const body = new URLSearchParams({ chat: "project-x", ...fields });
    const answer = await fetch(`${product.url}/enter`, { method: "POST", redirect: "manual", headers, body });
    await answer.body?.cancel();
    return answer;
  };
  const framed = await enter({ token }, { "sec-fetch-dest": "iframe", "sec-fetch-site": "cross-site" });
  const to = new URL(framed.headers.get("location")!, product.url);
  const entry = to.hash.slice(1);
  assert.equal(to.search, "?entry", "the key goes to no server by itself");
  assert.equal((await enter({ entry }, { origin: "https://another.example" })).status, 403);
  assert.equal((await enter({ entry }, { origin: product.url })).status, 303);
});
