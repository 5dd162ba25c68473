/** Behind a real nginx that speaks TLS, by the configuration in examples/: what the product takes from a proxy, and what browsers send. */

import assert from "node:assert/strict";
import { selfSigned } from "../support/certificate.ts";
import { launch } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { isCommand } from "../support/commands.ts";
import { Nginx, type NginxOptions } from "../support/nginx.ts";
import { freePort, freePorts } from "../support/ports.ts";
import { build, type Product, startProduct } from "../support/product.ts";
import { connect, meet } from "../support/scene.ts";
import { until } from "../support/until.ts";

const missing = ["nginx", "openssl"].find((name) => !isCommand(name));
/** In CI a missing nginx is a failure: whoever relies on a run must not be given less than all of it. */
const isLeftOut = missing !== undefined && !Deno.env.has("CI");
if (isLeftOut) console.log(`Tests behind a proxy are left out: ${missing} is not installed`);

/** The product behind one proxy, or more in a row, of which the first speaks TLS. */
interface Stack {
  readonly product: Product;
  /** What people type. */
  readonly url: string;
  /** The proxies, the outermost first. */
  readonly proxies: Nginx[];
}

interface StackOptions extends Pick<NginxOptions, "more" | "plainPort" | "without"> {
  proxies?: number;
  /** Whether the product is told what people type. */
  isNamed?: boolean;
  env?: Record<string, string>;
}

const PLAIN_PORT = freePort();

let built: Promise<void> | null = null;

function nginxTest(name: string, options: StackOptions, run: (stack: Stack) => Promise<void>): void {
  Deno.test({ name: `nginx: ${name}`, ignore: isLeftOut }, async () => {
    await (built ??= build());
    await using stack = new AsyncDisposableStack();
    const { proxies: count = 1, isNamed = false, env, more, plainPort, without } = options;
    const ports = freePorts(count);
    const url = `https://127.0.0.1:${ports.at(-1)}`;
    const names: Record<string, string> = isNamed ? { PUBLIC_URL: url } : {};
    const product = stack.use(await startProduct({ TRUST_PROXY: String(count), ...names, ...env }));
    const { cert, key } = stack.use(await selfSigned());
    const proxies: Nginx[] = [];
    let upstream = new URL(product.url).host;
    for (const [n, port] of ports.entries()) {
      const isOutermost = n === count - 1;
      const outermost = isOutermost ? { tls: { cert, key }, more, plainPort } : {};
      proxies.unshift(stack.use(await Nginx.start({ port, upstream, without, ...outermost })));
      upstream = `127.0.0.1:${port}`;
    }
    await run({ product, url, proxies });
  });
}

/** Two people in a browser that takes the certificate. */
async function people(stack: AsyncDisposableStack): Promise<[ada: Person, boris: Person]> {
  const browser = stack.use(await launch("grant", "--ignore-certificate-errors"));
  return [stack.use(await Person.enter(browser)), stack.use(await Person.enter(browser))];
}

async function sessionCookieOf({ page }: Person) {
  return (await page.browserContext().cookies()).find(({ name }) => name === "zvonok_session");
}

for (const proxies of [1, 2]) {
  nginxTest(
    `a call through ${proxies === 1 ? "it" : "two of them in a row"}`,
    { proxies },
    async ({ url, product }) => {
      await using stack = new AsyncDisposableStack();
      const [ada, boris] = await people(stack);
      const chat = await meet(url, ada, boris);
      assert.ok(chat.startsWith(`${url}/chat/`));
      assert.equal((await sessionCookieOf(ada))?.secure, true);
      const { headers } = (await ada.page.goto(chat))!;
      void headers;
      await ada.online();
      await connect({ product, ada, boris, chat });
      await ada.receives("framesDecoded");
      assert.deepEqual([...ada.errors, ...boris.errors], []);
    },
  );
}

nginxTest("a proxy that adds Referrer-Policy: no-referrer breaks no form", {
  more: "add_header Referrer-Policy no-referrer always;",
}, async ({ url, proxies, product }) => {
  await using stack = new AsyncDisposableStack();
  const [ada, boris] = await people(stack);
  const chat = await meet(url, ada, boris);
  const asked = await proxies[0]!.asked();
  for (const path of ["/", new URL(chat).pathname]) {
    const line = asked.split("\n").find((line) => line.startsWith(`POST ${path} `));
    assert.equal(
      line,
      `POST ${path} 303 Origin "null" Sec-Fetch-Site "same-origin"`,
      "the browser kept its origin back",
    );
  }
  assert.doesNotMatch(product.output(), /refused/);
});

nginxTest("plain http leads to https", {
  plainPort: PLAIN_PORT,
}, async ({ url }) => {
  const { status, headers, body } = await fetch(`http://127.0.0.1:${PLAIN_PORT}/chat/x?y=z`, { redirect: "manual" });
  await body?.cancel();
  assert.deepEqual([status, headers.get("location")], [301, `https://${new URL(url).hostname}/chat/x?y=z`]);
});

for (const named of [false, true]) {
  const what = named ? "with PUBLIC_URL all is well" : "it is refused, and the log says what to set";
  nginxTest(`a proxy that keeps to itself what browsers asked for: ${what}`, {
    without: / +proxy_set_header (?:Host|X-Forwarded-Host|X-Forwarded-Proto) .*\n/,
    isNamed: named,
  }, async ({ url, product }) => {
    await using stack = new AsyncDisposableStack();
    const [ada, boris] = await people(stack);
    if (named) {
      const chat = await meet(url, ada, boris);
      assert.ok(chat.startsWith(url));
      assert.equal((await sessionCookieOf(boris))?.secure, true);
      assert.doesNotMatch(product.output(), /refused/);
      return;
    }
    await ada.page.goto(url);
    await ada.fill("Your name", "Ada");
    await ada.click("New chat");
    const line =
      `its page is from ${url} and this server is http://zvonok as far as it knows. If the two are one, set PUBLIC_URL`;
    await until(line, () => Promise.resolve(product.output().includes(line)));
    assert.equal(await sessionCookieOf(ada), undefined);
  });
}
