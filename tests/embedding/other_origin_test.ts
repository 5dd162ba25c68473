/** Pages of other origins: with a token they may do what the product's own page may, and without one nothing. */

import assert from "node:assert/strict";
import { launch } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { Guest } from "../support/guest.ts";
import { type OtherOrigin, otherOrigin, tokenFor } from "../support/other_origin.ts";
import type { Left } from "../support/other_origin_page.ts";
import type { Browser } from "../support/packages.ts";
import { build, type Product, startProduct } from "../support/product.ts";
import { canCall, press, said, until } from "../support/until.ts";
import { HOST_SECRET } from "../support/wire.ts";

interface Scene {
  readonly product: Product;
  readonly site: OtherOrigin;
  readonly browser: Browser;
  /** Somebody with a browser of their own. */
  enter(): Promise<Person>;
}

/** A product that knows the site by nothing but the secret that its tokens are signed with. */
function scene(name: string, run: (scene: Scene) => Promise<void>): void {
  Deno.test(`other origin: ${name}`, async () => {
    await build();
    await using stack = new AsyncDisposableStack();
    const product = stack.use(await startProduct({ JWT_SECRET: HOST_SECRET, GUESTS: "off" }));
    const site = stack.use(await otherOrigin(product.url));
    const browser = stack.use(await launch());
    await run({ product, site, browser, enter: async () => stack.use(await Person.enter(browser)) });
  });
}

/** Waits until the client in a page is in a phase. */
async function isIn(person: Person, phase: string): Promise<void> {
  const look = (phase: string) => (globalThis as unknown as Left).client.snapshot.call.phase === phase;
  await until(`the call is ${phase}`, () => person.page.evaluate(look, phase), 20_000);
}

/** Waits until the other member is there for the client in a page. */
async function sees(person: Person, user: string): Promise<void> {
  const look = (user: string) =>
    Object.values((globalThis as unknown as Left).client.snapshot.members).flat()
      .some((member) => member?.id === user && member.online);
  await until(`${user} is there`, () => person.page.evaluate(look, user), 20_000);
}

scene("its page calls and is called by a token alone, with the product's own page at the other end", async (scene) => {
  const { product, site, enter } = scene;
  const [ada, boris] = [await enter(), await enter()];
  await boris.page.goto(site.entry("boris"));
  await canCall(boris.page);
  assert.equal(new URL(boris.page.url()).origin, product.url);
  await ada.page.goto(site.page("ada"));
  await sees(ada, "boris");

  await ada.page.evaluate(() => (globalThis as unknown as Left).client.call("elsewhere", "video"));
  await boris.click("Accept");
  await isIn(ada, "connected");
  for (const person of [ada, boris]) {
    await person.receives("framesDecoded");
    await person.receives("audioEnergy");
  }
  await ada.page.evaluate(() => (globalThis as unknown as Left).client.hangUp());
  await said(boris.page, "Call ended");

  await press(boris.page, "Call again");
  await isIn(ada, "incoming");
  await ada.page.evaluate(() => (globalThis as unknown as Left).client.accept("video"));
  for (const person of [ada, boris]) await person.receives("framesDecoded");
  await boris.click("Hang up");
  await isIn(ada, "ended");
  for (const person of [ada, boris]) assert.deepEqual(await person.open(), { connections: 0, tracks: 0 });

  const cookies = await ada.page.browserContext().cookies();
  assert.deepEqual(cookies, [], "nothing of it is in a cookie");
  assert.deepEqual([...ada.errors, ...boris.errors], []);
});

scene(
  "its page asks for servers and for who it is, and renews its session, over HTTP and over the socket",
  async (scene) => {
    const { site, enter } = scene;
    const ada = await enter();
    const said: string[] = [];
    const devtools = await ada.page.createCDPSession();
    await devtools.send("Network.enable");
    devtools.on("Network.webSocketFrameReceived", ({ response }) => said.push(JSON.parse(response.payloadData).type));
    site.tokenSeconds = 6;
    await ada.page.goto(site.page("ada"));
    await until("the session is about to end", () => Promise.resolve(said.includes("session:expiring")));
    site.tokenSeconds = 3600;
    await until("the session is renewed", () => Promise.resolve(said.includes("session:renewed")));

    const asked = await ada.page.evaluate(async () => {
      const { transport } = (globalThis as unknown as Left).platform;
      const shown: string[] = [];
      const isRenewed = await transport.renewSession((token) => shown.push(token));
      return { isRenewed, shown, isAuthorized: await transport.isAuthorized(), ice: await transport.iceServers() };
    });
    assert.equal(asked.isRenewed, true);
    assert.match(asked.shown.join(), /^[\w-]+\.[\w-]+\.[\w-]+$/);
    assert.equal(asked.isAuthorized, true);
    assert.deepEqual(asked.ice, { iceServers: [], ttl: 86_400 });
    assert.deepEqual(ada.errors, []);
  },
);

scene(
  "a page whose site gives it no token is told that it is nobody here, once and for all",
  async ({ site, enter }) => {
    const ada = await enter();
    site.tokenSeconds = null;
    await ada.page.goto(site.page("ada"));
    const look = () => (globalThis as unknown as Left).client.snapshot.signaling === "unauthorized";
    await until("the client gives up", () => ada.page.evaluate(look), 20_000);
  },
);

scene(
  "a browser gives its page no answer to what it asks with a cookie, with a token beside it or without",
  async (scene) => {
    const { product, site, enter } = scene;
    const ada = await enter();
    await ada.page.goto(site.entry("ada"));
    await canCall(ada.page);
    await ada.page.goto(site.page("ada"));
    const ask = async (url: string, token: string | null) => {
      const headers: HeadersInit = token === null ? {} : { authorization: `Bearer ${token}` };
      const read = (credentials: RequestCredentials) =>
        fetch(`${url}/api/session`, { headers, credentials }).then((answer) => answer.status, () => "kept back");
      return { with: await read("include"), without: await read("omit") };
    };
    assert.deepEqual(await ada.page.evaluate(ask, product.url, null), { with: "kept back", without: "kept back" });
    const token = await tokenFor("ada", 60);
    assert.deepEqual(await ada.page.evaluate(ask, product.url, token), { with: "kept back", without: 200 });
  },
);

scene("what a browser is told before it asks, and with the answer", async ({ product, site }) => {
  const ask = (path: string, method: string, headers: Record<string, string>) =>
    new Guest(product.url, site.origin).ask(method, path, null, headers);
  const cors = ({ headers }: { headers: Headers }) =>
    [...headers].filter(([name]) => name.startsWith("access-control-"));
  const preflight = { "access-control-request-method": "GET", "access-control-request-headers": "authorization" };
  const allowed = await ask("/api/ice", "OPTIONS", preflight);
  assert.equal(allowed.status, 204);
  assert.deepEqual(cors(allowed), [
    ["access-control-allow-headers", "authorization, content-type"],
    ["access-control-allow-methods", "GET, POST"],
    ["access-control-allow-origin", "*"],
    ["access-control-max-age", "7200"],
  ]);
  for (const path of ["/", "/enter", "/chat/elsewhere", "/doctor", "/metrics"]) {
    assert.deepEqual(cors(await ask(path, "OPTIONS", preflight)), [], path);
  }
  const readable = [["access-control-allow-origin", "*"], ["access-control-expose-headers", "retry-after"]];
  const token = await tokenFor("ada", 60);
  const bearer = { authorization: `Bearer ${token}` };
  const cookie = { cookie: `zvonok_session=${token}` };
  for (
    const [status, method, path, headers, expected] of [
      [200, "GET", "/api/ice", bearer, readable],
      [200, "POST", "/api/session/renew", bearer, readable],
      [401, "GET", "/api/ice", { authorization: "Bearer forged" }, readable],
      [404, "GET", "/api/nothing", bearer, readable],
      [200, "GET", "/api/ice", cookie, []],
      [401, "GET", "/api/ice", {}, []],
      [403, "POST", "/api/session/renew", cookie, []],
      [200, "GET", "/chat/elsewhere", bearer, []],
    ] as const
  ) {
    const answer = await ask(path, method, headers);
    assert.equal(answer.status, status, `${method} ${path}`);
    assert.deepEqual(cors(answer), expected, `${method} ${path} ${Object.keys(headers)}`);
  }
});
