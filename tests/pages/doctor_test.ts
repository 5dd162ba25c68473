/** Call Doctor in a real Chromium: it finds what is there, what is not, and what is broken, and says the right thing about each. */

import assert from "node:assert/strict";
import { selfSigned } from "../support/certificate.ts";
import { type FakeDevices, launch } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { Coturn } from "../support/coturn.ts";
import { freePorts } from "../support/ports.ts";
import { build, type Product, startProduct } from "../support/product.ts";
import { turnTest } from "../support/turn.ts";
import { until } from "../support/until.ts";

const SECRET = "shared with coturn";
const HOST = "127.0.0.1";
/** Longer than all checks together may take, in ms. */
const DONE_MS = 25_000;

let built: Promise<void> | null = null;

interface Examined {
  /** The headline over all. */
  verdict: string;
  /** By the name of a check, what is said of it. */
  findings: Record<string, string>;
}

interface Scene {
  product: Product;
  ada: Person;
}

/** Ada, with a chat of her own, at Call Doctor. */
async function scene(
  env: Record<string, string>,
  run: (scene: Scene) => Promise<void>,
  { devices = "grant" as FakeDevices, named = true } = {},
): Promise<void> {
  await (built ??= build());
  await using stack = new AsyncDisposableStack();
  const product = stack.use(await startProduct(env));
  const browser = stack.use(await launch(devices, "--ignore-certificate-errors"));
  const ada = stack.use(await Person.enter(browser));
  if (named) {
    await ada.page.goto(product.url);
    await ada.fill("Your name", "Ada");
    await ada.click("New chat");
    await ada.sees("button", "Video call");
  }
  await ada.page.goto(`${product.url}/doctor`);
  await run({ product, ada });
  const { connections, tracks } = await ada.open();
  assert.deepEqual({ connections, tracks }, { connections: 0, tracks: 0 });
  assert.deepEqual(ada.errors, []);
}

/** Presses a button, and reads what has come of it when all is checked. */
async function examine(person: Person, button: string): Promise<Examined> {
  await person.click(button);
  await person.sees("button", "Copy report", DONE_MS);
  return await person.page.evaluate(() => {
    const items = [...document.querySelectorAll(".doctor li")].map((item) => {
      const [name, grade] = item.querySelector("h3")!.textContent!.split(": ");
      return [name, `${grade}. ${item.querySelector("p")!.textContent}`];
    });
    return {
      verdict: document.querySelector('[role="status"] h2')!.textContent!,
      findings: Object.fromEntries(items),
    };
  });
}

/** A coturn over UDP, TCP and TLS, and the environment of a product that sends everybody to it. */
async function relay(stack: AsyncDisposableStack): Promise<Record<string, string>> {
  const [port, tlsPort] = freePorts(2) as [number, number];
  const { cert, key } = stack.use(await selfSigned());
  stack.use(await Coturn.start({ address: HOST, port, access: { secret: SECRET }, tls: { port: tlsPort, cert, key } }));
  return {
    STUN_URLS: `stun:${HOST}:${port}`,
    TURN_URLS: `turn:${HOST}:${port},turn:${HOST}:${port}?transport=tcp,turns:${HOST}:${tlsPort}?transport=tcp`,
    TURN_SECRET: SECRET,
  };
}

const RELAYS = ["Relay over UDP", "Relay over TCP", "Relay over TLS"];

function matches({ findings }: Examined, expected: Record<string, RegExp>): void {
  for (const [name, pattern] of Object.entries(expected)) assert.match(findings[name]!, pattern, name);
}

turnTest(
  "doctor: where everything is there, it says so, and its report names nobody's address or credential",
  async () => {
    await using stack = new AsyncDisposableStack();
    const env = await relay(stack);
    await scene(env, async ({ ada, product }) => {
      const all = await examine(ada, "Start the check");
      assert.equal(all.verdict, "Calls will work", JSON.stringify(all, null, 1));
      matches(all, {
        Camera: /^works\. “fake_device_0” opens/,
        Microphone: /^works\. We hear you through “.+”/,
        Server: /^works\. The server answers in \d+ ms/,
        "Direct connection": /^works\. UDP gets out/,
      });
      for (const name of RELAYS) {
        assert.match(all.findings[name]!, /^works\. Data goes through the relay and back/, name);
      }
      await ada.page.evaluate(() => {
        Object.defineProperty(navigator, "clipboard", {
          value: {
            writeText: (text: string) => Object.assign(globalThis, { copied: text }),
          },
        });
      });
      await ada.click("Copy report");
      await ada.sees("button", "Copied");
      const report = await ada.page.evaluate(() => (globalThis as unknown as { copied: string }).copied);
      assert.match(report, /^Call Doctor: Calls will work\./);
      assert.match(report, /^\[works\] Relay over TLS: /m);
      assert.doesNotMatch(
        report.replace(/^Mozilla.*$/m, ""),
        /\d+\.\d+\.\d+\.\d+|turns?:|:\d{5}|localhost|zvonok_session/,
      );
      assert.ok(!product.output().includes(SECRET));
    });
  },
);

turnTest("doctor: a TURN server that refuses the credentials is told from one that is not there", async () => {
  await using stack = new AsyncDisposableStack();
  const env = await relay(stack);
  await scene({ ...env, TURN_SECRET: "not the secret of coturn" }, async ({ ada }) => {
    const all = await examine(ada, "Start the check");
    assert.equal(all.verdict, "Calls will work from most networks");
    for (const name of RELAYS) assert.match(all.findings[name]!, /^does not work\. .*refuses the credentials/, name);
  });
});

Deno.test("doctor: servers that are not there: no way out of this network", async () => {
  const [port, tlsPort] = freePorts(2) as [number, number];
  const env = {
    STUN_URLS: `stun:${HOST}:${port}`,
    TURN_URLS: `turn:${HOST}:${port},turn:${HOST}:${port}?transport=tcp,turns:${HOST}:${tlsPort}?transport=tcp`,
    TURN_SECRET: SECRET,
  };
  await scene(env, async ({ ada }) => {
    const all = await examine(ada, "Start the check");
    assert.equal(all.verdict, "Calls cannot work");
    assert.match(all.findings["Direct connection"]!, /^does not work\. No answer over UDP/);
    for (const name of RELAYS) assert.match(all.findings[name]!, /^does not work\. The relay does not answer/, name);
  });
});

Deno.test("doctor: nothing configured: said for each, and what it means", async () => {
  await scene({}, async ({ ada }) => {
    const all = await examine(ada, "Start the check");
    assert.equal(all.verdict, "Calls will work within one network");
    for (const name of ["Direct connection", ...RELAYS]) assert.match(all.findings[name]!, /^not tried\. This server/);
  });
});

Deno.test("doctor: camera and microphone refused", async () => {
  await scene({}, async ({ ada }) => {
    const all = await examine(ada, "Start the check");
    assert.equal(all.verdict, "You would not be heard");
    for (const name of ["Camera", "Microphone"]) {
      assert.match(all.findings[name]!, /^does not work\. .*is blocked/, name);
    }
    assert.match(all.findings["Server"]!, /^works/);
  }, { devices: "deny" });
});

Deno.test("doctor: no camera", async () => {
  await scene({}, async ({ ada }) => {
    const all = await examine(ada, "Start the check");
    assert.match(all.findings["Camera"]!, /^does not work\. .*found/);
    assert.match(all.findings["Microphone"]!, /^works/);
  }, { devices: "none" });
});

Deno.test("doctor: a server that is killed meanwhile", async () => {
  await scene({}, async ({ ada, product }) => {
    matches(await examine(ada, "Start the check"), { Server: /^works/ });
    ada.loses(product.url);
    await product.halt();
    const down = await examine(ada, "Run again");
    assert.equal(down.verdict, "Calls cannot work");
    matches(down, { Server: /^does not work\. The server does not answer/, "Relay over UDP": /^not tried/ });
  });
});

turnTest("doctor: for a stranger all is checked too, as a guest of whom nothing stays", async () => {
  await using stack = new AsyncDisposableStack();
  const env = { ...await relay(stack), GRACE_MS: "500" };
  await scene(env, async ({ ada, product }) => {
    const before = await ada.page.cookies();
    const all = await examine(ada, "Start the check");
    assert.equal(all.verdict, "Calls will work", JSON.stringify(all, null, 1));
    matches(all, { Server: /^works/, "Relay over UDP": /^works/ });
    assert.deepEqual(await ada.page.cookies(), before);
    assert.deepEqual(await ada.page.evaluate(() => [localStorage.length, sessionStorage.length]), [0, 0]);
    await until("the server knows nobody any more", async () => {
      const figures = await (await fetch(`${product.url}/metrics`)).text();
      return ["sockets", "users", "chats"].every((what) => new RegExp(`^zvonok_${what} 0$`, "m").test(figures));
    });
  }, { named: false });
});

Deno.test("doctor: where a host application sends its users, a stranger's devices are checked, and why no more is", async () => {
  await scene({ JWT_SECRET: "a secret of the host application, long enough", GUESTS: "off" }, async ({ ada }) => {
    const all = await examine(ada, "Start the check");
    assert.equal(all.verdict, "Only half of it could be checked");
    matches(all, { Camera: /^works/, Server: /^not tried\. The server knows only whom its application sends/ });
  }, { named: false });
});
