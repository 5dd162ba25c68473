/** What nginx and Caddy have to do alike in front of the product, each by its configuration in examples/ and with TLS. */

import assert from "node:assert/strict";
import { Caddy, type CaddyOptions } from "../support/caddy.ts";
import { selfSigned } from "../support/certificate.ts";
import { launch } from "../support/chromium.ts";
import { isCommand } from "../support/commands.ts";
import { askForSocket, Device } from "../support/device.ts";
import { Nginx } from "../support/nginx.ts";
import { Person } from "../support/person.ts";
import { freePorts } from "../support/ports.ts";
import { build, type Product, startProduct } from "../support/product.ts";
import { connect, meet } from "../support/scene.ts";

/** The product behind one of them. */
interface Stack {
  readonly product: Product;
  /** What people type. */
  readonly url: string;
  readonly plainUrl: string;
  /** Asks from an address of this machine, such as 127.0.0.2. */
  from(localAddress: string): Deno.HttpClient;
}

/** nginx by the example, but for how long it waits for either end, in seconds. */
const PROXIES = {
  nginx: (options: CaddyOptions, patience: number) =>
    Nginx.start({ ...options, without: /proxy_read_timeout 60s;/, more: `proxy_read_timeout ${patience}s;` }),
  caddy: (options: CaddyOptions) => Caddy.start(options),
};

for (const name of ["nginx", "caddy"] as const) {
  const missing = [name, "openssl"].find((command) => !isCommand(command));
  /** In CI a missing one is a failure: whoever relies on a run must not be given less than all of it. */
  const isLeftOut = missing !== undefined && !Deno.env.has("CI");
  if (isLeftOut) console.log(`Tests behind ${name} are left out: ${missing} is not installed`);

  const behind = (what: string, run: (stack: Stack) => Promise<void>, env: Record<string, string> = {}) =>
    Deno.test({ name: `behind ${name}: ${what}`, ignore: isLeftOut }, async () => {
      await build();
      await using stack = new AsyncDisposableStack();
      const tls = stack.use(await selfSigned());
      const product = stack.use(await startProduct({ TRUST_PROXY: "1", ...env }));
      const [port, plainPort] = freePorts(2) as [number, number];
      stack.use(await PROXIES[name]({ port, plainPort, upstream: new URL(product.url).host, tls }, 30));
      const caCerts = [await Deno.readTextFile(tls.cert)];
      await run({
        product,
        url: `https://127.0.0.1:${port}`,
        plainUrl: `http://127.0.0.1:${plainPort}`,
        from: (localAddress) => stack.use(Deno.createHttpClient({ caCerts, localAddress, http2: false })),
      });
    });

  behind("limits are each client's, whatever it says of its address", async ({ url, from }) => {
    const opens = async (client: Deno.HttpClient, lie: string) => {
      const headers = { "x-forwarded-for": lie, forwarded: `for=${lie}` };
      const socket = await askForSocket({ url }, "ann", undefined, { client, headers });
      let isOpen = false;
      const closed = new Promise((resolve) => socket.onclose = resolve);
      socket.onopen = () => {
        isOpen = true;
        socket.close();
      };
      await closed;
      return isOpen;
    };
    const [one, other] = [from("127.0.0.1"), from("127.0.0.2")];
    const seen = [];
    for (
      const [client, lie] of [[one, "192.0.2.1"], [one, "192.0.2.2"], [one, "192.0.2.3"], [other, "192.0.2.1"]] as const
    ) {
      seen.push(await opens(client, lie));
    }
    assert.deepEqual(seen, [true, true, false, true]);
  }, { SOCKETS_PER_MINUTE: "2" });

  behind("a socket over which nobody says anything stays open", async ({ url, from }) => {
    using ann = await Device.open({ url }, "ann", undefined, { client: from("127.0.0.1") });
    await new Promise((resolve) => setTimeout(resolve, 45_000));
    assert.equal(ann.closed, null);
    ann.ping();
    await ann.hears("pong");
  });

  if (name === "nginx") continue; // The rest of it: nginx_test.ts.

  behind("a call between two browsers, with Secure cookies", async ({ product, url }) => {
    await using stack = new AsyncDisposableStack();
    const browser = stack.use(await launch("grant", "--ignore-certificate-errors"));
    const [ada, boris] = [stack.use(await Person.enter(browser)), stack.use(await Person.enter(browser))];
    const chat = await meet(url, ada, boris);
    assert.ok(chat.startsWith(`${url}/chat/`));
    const cookies = await ada.page.browserContext().cookies();
    assert.equal(cookies.find(({ name }) => name === "zvonok_session")?.secure, true);
    await connect({ product, ada, boris, chat });
    await ada.receives("framesDecoded");
    assert.deepEqual([...ada.errors, ...boris.errors], []);
  });

  behind("plain http leads to https", async ({ url, plainUrl }) => {
    const { status, headers, body } = await fetch(`${plainUrl}/chat/x?y=z`, { redirect: "manual" });
    await body?.cancel();
    assert.ok([301, 308].includes(status));
    const { protocol, hostname, pathname, search } = new URL(headers.get("location")!);
    assert.deepEqual([protocol, hostname, pathname, search], ["https:", new URL(url).hostname, "/chat/x", "?y=z"]);
  });
}
