/** How the product gets into its store: over TLS, as a user with no more rights than it needs, and what it says where it does not get in. */

import assert from "node:assert/strict";
import { signed } from "../support/certificate.ts";
import { Guest } from "../support/guest.ts";
import { build, type Product, startProduct } from "../support/product.ts";
import { askRaw } from "../support/raw.ts";
import { HAS_REDIS, Redis } from "../support/redis.ts";
import { until } from "../support/until.ts";

/** What docs/scale.md says that the user of the store has to have. */
const RIGHTS = /`(~zvonok:\* .*?)`/.exec(await Deno.readTextFile(new URL("../../docs/scale.md", import.meta.url)))![1]!;
const USER = { name: "zvonok", password: "marker%/@: of the store", may: RIGHTS.split(" ") };

const readyz = async ({ url }: Product) => {
  const { status, body } = await askRaw(`${url}/readyz`);
  return { status, text: new TextDecoder().decode(body).trim() };
};

/** Waits until the product says why it is not ready, and asserts that its log says so too: once, and no secret with it. */
async function says(product: Product, why: RegExp): Promise<void> {
  const { status } = await until("it is told", async () => {
    const told = await readyz(product);
    return why.test(told.text) && told;
  });
  assert.equal(status, 503);
  // It has tried again by then.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const lines = product.output().split("\n").filter((line) => line.startsWith("REDIS_URL"));
  assert.equal(lines.length, 1, product.output());
  assert.match(lines[0]!, why);
  assert.ok(!product.output().includes("marker"), product.output());
}

function store(name: string, run: () => Promise<void>): void {
  Deno.test({ name: `store: ${name}`, ignore: !HAS_REDIS, fn: () => build().then(run) });
}

store("over TLS, by an authority of one's own, as a user with the rights that are documented", async () => {
  await using certificate = await signed();
  await using redis = await Redis.start({ tls: certificate, user: USER });
  assert.match(redis.url, /^rediss:/);
  const env = { REDIS_URL: redis.url, DENO_CERT: certificate.authority };
  await using one = await startProduct(env);
  await until("it is ready", async () => (await readyz(one)).status === 200);
  // Another one asks for a snapshot, which takes the rest of the rights.
  await using two = await startProduct(env);
  await until("it is ready", async () => (await readyz(two)).status === 200);
  // A page of a chat asks the call log, too.
  const guest = await Guest.named(one.url, "Ann");
  assert.equal((await guest.get(`/chat/${await guest.createChat()}`)).status, 200);
  for (const product of [one, two]) assert.doesNotMatch(product.output(), /REDIS_URL|call log cannot/);
});

store("a certificate that nobody knows is told as that", async () => {
  await using certificate = await signed();
  await using stranger = await signed();
  await using redis = await Redis.start({ tls: certificate, user: USER });
  for (const known of [{}, { DENO_CERT: stranger.authority }] as Record<string, string>[]) {
    await using product = await startProduct({ REDIS_URL: redis.url, ...known });
    await says(product, /the store's certificate is not trusted \(\w+; see DENO_CERT\)/);
  }
});

store("a user with a wrong password, or with too few rights, is told as that", async () => {
  await using redis = await Redis.start({ user: USER });
  await using wrong = await startProduct({ REDIS_URL: `redis://zvonok:wrong-marker@127.0.0.1:${redis.port}` });
  await says(wrong, /takes no such user and password/);
  await using reader = await Redis.start({ user: { ...USER, may: ["~*", "-@all", "+@connection", "+info"] } });
  await using poor = await startProduct({ REDIS_URL: reader.url });
  await says(poor, /the user of the store may not do what is needed/);
});

/** As an old Redis answers what it is asked before it is of use: such a one is not to be had. */
async function answerAsOld(listener: Deno.Listener): Promise<void> {
  const [utf8, text] = [new TextEncoder(), new TextDecoder()];
  for await (const connection of listener) {
    (async () => {
      for await (const chunk of connection.readable) {
        for (const [word] of text.decode(chunk).matchAll(/(?<=^\*.*\r\n\$.*\r\n)\w+/gm)) {
          const info = "# Server\r\nredis_version:5.0.14\r\nrun_id:0123\r\nrole:master\r\n";
          const answer = word.toUpperCase() === "INFO" ? `$${info.length}\r\n${info}\r\n` : "+OK\r\n";
          await connection.write(utf8.encode(answer));
        }
      }
    })().catch(() => {});
  }
}

store("one that is too old is told as that", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const answering = answerAsOld(listener);
  {
    await using product = await startProduct({ REDIS_URL: `redis://127.0.0.1:${listener.addr.port}` });
    await says(product, /expected Redis 6\.2 or later, or Valkey, and not 5\.0\.14/);
  }
  listener.close();
  await answering;
});
