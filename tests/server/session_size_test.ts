/** Sessions of many chats, as real browsers and a real nginx keep and send them: every one makes a call page that comes online. */

import assert from "node:assert/strict";
import { SignJWT } from "jose";
import { selfSigned } from "../support/certificate.ts";
import { launch } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { isCommand } from "../support/commands.ts";
import { findFirefox, launchFirefox } from "../support/firefox.ts";
import { Nginx } from "../support/nginx.ts";
import type { Browser } from "../support/packages.ts";
import { freePort, freePorts } from "../support/ports.ts";
import { build, startProduct } from "../support/product.ts";
import { canCall, press, until } from "../support/until.ts";

const JWT_SECRET = "what only the two servers know";
const isCi = Deno.env.has("CI");

/** Nothing of it can be packed. */
const random = () => crypto.getRandomValues(new Uint8Array(96)).toBase64({ alphabet: "base64url" });
const CHATS = {
  few: ["project-x"],
  "64 of 36 characters": Array.from({ length: 64 }, () => crypto.randomUUID() as string),
  "64 of 128 characters": Array.from({ length: 64 }, random),
};

/** A page of a host application that takes its user to the last of their chats, by the address `/NAME`. */
function hostPage(product: string, port: number): Deno.HttpServer {
  return Deno.serve({ port, hostname: "127.0.0.1", onListen: () => {} }, async (req) => {
    const chats = CHATS[decodeURIComponent(new URL(req.url).pathname.slice(1)) as keyof typeof CHATS] ?? [];
    const token = await new SignJWT({ name: "Ada", chats }).setProtectedHeader({ alg: "HS256" }).setSubject("ada")
      .setIssuedAt().setExpirationTime("1h").sign(new TextEncoder().encode(JWT_SECRET));
    const text = `<!doctype html><title>Chat</title><form method="post" action="${product}/enter">
      <input name="chat" value="${chats.at(-1)}"><input name="token" value="${token}"><button>Open</button></form>`;
    return new Response(text, { headers: { "content-type": "text/html" } });
  });
}

/** Goes through the host's page to the call page, and waits until it can call. */
async function enter({ page }: Person, host: string, name: keyof typeof CHATS, product: string): Promise<void> {
  await page.goto(`${host}/${encodeURIComponent(name)}`);
  await press(page, "Open");
  await until("the chat's page", () => Promise.resolve(page.url() === `${product}/chat/${CHATS[name].at(-1)}`), 30_000);
  await canCall(page);
}

async function sessionParts({ page }: Person): Promise<string[]> {
  const cookies = await page.browserContext().cookies();
  return cookies.map(({ name }) => name).filter((name) => name.startsWith("zvonok_session")).sort();
}

const BROWSERS: [name: string, open: () => Promise<Browser & AsyncDisposable>, isMissing: boolean][] = [
  ["Chromium", () => launch(), false],
  ["Firefox", launchFirefox, findFirefox() === null],
];

for (const [name, open, isMissing] of BROWSERS) {
  Deno.test({ name: `session size: a host's users with many chats, ${name}`, ignore: isMissing && !isCi }, async () => {
    await build();
    await using stack = new AsyncDisposableStack();
    const port = freePort();
    const host = `http://localhost:${port}`;
    const product = stack.use(await startProduct({ JWT_SECRET, GUESTS: "off", ALLOWED_ORIGINS: host }));
    const { url } = product;
    stack.use(hostPage(url, port));
    const ada = stack.use(await Person.enter(stack.use(await open())));
    for (const name of ["64 of 128 characters", "64 of 36 characters", "64 of 128 characters", "few"] as const) {
      await enter(ada, host, name, url);
      const three = ["zvonok_session", "zvonok_session.1", "zvonok_session.2"];
      assert.deepEqual(await sessionParts(ada), name === "64 of 128 characters" ? three : ["zvonok_session"], name);
      await ada.page.reload();
      await canCall(ada.page);
    }
    assert.match(product.output(), /^A session takes [89]\d{3} bytes of cookies: /m);
  });
}

Deno.test("session size: a guest with more than 64 chats is in the newest ones", async () => {
  await build();
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await startProduct());
  const ada = stack.use(await Person.enter(stack.use(await launch())));
  await ada.page.goto(url);
  await ada.fill("Your name", "Ada");
  await ada.click("New chat");
  await ada.online();
  const made = await ada.page.evaluate(async () => {
    const ids: string[] = [];
    for (let n = 0; n < 66; n++) ids.push((await (await fetch("/api/chats", { method: "POST" })).json()).chatId);
    return ids;
  });
  await ada.page.goto(`${url}/chat/${made.at(-1)}`);
  await ada.online();
  const { chats } = await ada.page.evaluate(() => fetch("/api/session").then((answer) => answer.json()));
  assert.deepEqual(chats, made.slice(-64));
});

const missing = ["nginx", "openssl"].find((name) => !isCommand(name));

for (
  const [what, names, without] of [
    ["by the example's configuration", ["64 of 128 characters", "64 of 36 characters", "few"], undefined],
    [
      "by nginx's own limits",
      ["64 of 36 characters", "few"],
      / +(?:large_client_header_buffers|proxy_buffer(?:_size|s)) .*\n/,
    ],
  ] as const
) {
  Deno.test({ name: `session size: behind nginx ${what}`, ignore: missing !== undefined && !isCi }, async () => {
    await build();
    await using stack = new AsyncDisposableStack();
    const [port, proxyPort] = freePorts(2) as [number, number];
    const [host, url] = [`http://localhost:${port}`, `https://127.0.0.1:${proxyPort}`];
    const product = stack.use(await startProduct({ JWT_SECRET, TRUST_PROXY: "1", ALLOWED_ORIGINS: host }));
    const { cert, key } = stack.use(await selfSigned());
    const upstream = new URL(product.url).host;
    stack.use(await Nginx.start({ port: proxyPort, upstream, tls: { cert, key }, without }));
    stack.use(hostPage(url, port));
    const browser = stack.use(await launch("grant", "--ignore-certificate-errors"));
    const ada = stack.use(await Person.enter(browser));
    // First as a guest: the cookie that is for our own site alone must not stand in the way of the one for embedded pages.
    await ada.page.goto(url);
    await ada.fill("Your name", "Guest");
    await ada.click("New chat");
    await ada.online();
    for (const name of names) await enter(ada, host, name, url);
    assert.deepEqual(await sessionParts(ada), ["zvonok_session"], "and no other is left");
  });
}
