/** What the product makes of Fresh's answers, with the stand-in in its place or with itself. */

import assert from "node:assert/strict";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { Guest } from "../support/guest.ts";
import { askRaw } from "../support/raw.ts";
import { build, type Product, startProduct, startScript } from "../support/product.ts";

let product: Product;

Deno.test.beforeAll(async () => {
  await build();
  product = await startProduct();
});
Deno.test.afterAll(async () => await product[Symbol.asyncDispose]());

Deno.test("a static file that has not changed stays kept for as long as it was to be", async () => {
  const visitor = new Guest(product.url);
  const [, styles] = /href="(\/styles\.css\?[^"]*)"/.exec((await visitor.get("/")).text)!;
  const first = await visitor.get(styles!);
  assert.match(first.headers.get("cache-control")!, /immutable/);
  const again = await visitor.get(styles!, { "if-none-match": first.headers.get("etag")! });
  // Its header would take the place of the first answer's (RFC 9111, section 4.3.4).
  assert.deepEqual([again.status, again.headers.get("cache-control")], [304, null]);
});

Deno.test("a static file is found by an escaped address too", async () => {
  const { status, headers } = await new Guest(product.url).get("/%66avicon.svg");
  assert.deepEqual([status, headers.get("content-type")], [200, "image/svg+xml"]);
});

Deno.test("no link is told to be the current page but one that leads to it", async () => {
  const guest = await Guest.named(product.url, "Ann");
  const chat = `/chat/${await guest.createChat()}`;
  const wrong: string[] = [];
  for (const path of ["/", "/doctor", "/nothing/here", "/device", chat, `${chat}/device`]) {
    const { text } = path.endsWith("/device") ? await guest.post(path) : await guest.get(path);
    const links = Array.from(text.matchAll(/<a [^>]*>/g), ([link]) => link);
    assert.ok(links.length >= 2, path);
    const isRight = (link: string) => {
      const state = /aria-current="(\w+)"/.exec(link)?.[1] ?? "false";
      return state === (link.includes(`href="${path}"`) ? "page" : "false");
    };
    wrong.push(...links.filter((link) => !isRight(link)).map((link) => `${path}: ${link}`));
  }
  assert.deepEqual(wrong, []);
});

Deno.test("the policy of a page with scripts is stated in full", async () => {
  const guest = await Guest.named(product.url, "Ann");
  const { text, headers } = await guest.get(`/chat/${await guest.createChat()}`);
  const [, nonce] = /nonce="(\w+)"/.exec(text)!;
  assert.deepEqual(headers.get("content-security-policy")!.split("; ").toSorted(), [
    "base-uri 'self'",
    `connect-src 'self' ws://${new URL(product.url).host}`,
    "default-src 'self'",
    "font-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "img-src 'self' data:",
    "media-src 'self' data: blob:",
    "object-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "worker-src 'self' blob:",
  ]);
});

Deno.test("while developing, no policy of ours stands in the way of Fresh's own scripts and overlay on error pages", async () => {
  await using developed = await startScript(["run", "-A", "--lock=deno.lock", "dev.ts"], { PORT: "0" });
  const { status, headers } = await new Guest(developed.url).get("/nothing");
  assert.deepEqual([status, headers.get("content-security-policy")], [404, "frame-ancestors 'none'"]);
  const served = await new Guest(product.url).get("/nothing");
  assert.match(served.headers.get("content-security-policy")!, /^default-src 'none';/);
});

Deno.test("scripts, styles and icons go out compressed to who takes that, pages and answers never", async () => {
  const guest = await Guest.named(product.url, "Ann");
  const { text } = await guest.get(`/chat/${await guest.createChat()}`);
  const scripts = Array.from(text.matchAll(/"(\/_fresh\/js\/[^"]+\.js)"/g), ([, path]) => path!);
  assert.ok(scripts.length > 0);
  const unpack = { br: brotliDecompressSync, gzip: gunzipSync };
  for (const path of ["/styles.css", "/favicon.svg", ...scripts]) {
    const plain = await askRaw(product.url + path);
    for (const coding of ["br", "gzip"] as const) {
      const takes = { "accept-encoding": coding };
      const packed = await askRaw(product.url + path, takes);
      assert.deepEqual([plain.headers["content-encoding"], packed.headers["content-encoding"]], [undefined, coding]);
      assert.deepEqual(new Uint8Array(unpack[coding](packed.body)), plain.body, path);
      for (const { headers } of [plain, packed]) assert.match(headers.vary ?? "", /Accept-Encoding/);
      const head = await askRaw(product.url + path, takes, "HEAD");
      assert.deepEqual([head.status, head.headers["content-encoding"], head.body.length], [200, coding, 0]);
      const again = await askRaw(product.url + path, { ...takes, "if-none-match": packed.headers.etag! });
      assert.deepEqual([again.status, again.headers["content-encoding"], again.body.length], [304, undefined, 0]);
    }
  }
  for (const path of ["/", "/doctor", "/nothing", "/api/session", "/metrics"]) {
    const { headers } = await askRaw(product.url + path, { "accept-encoding": "br, gzip", cookie: guest.cookie! });
    assert.equal(headers["content-encoding"], undefined, path);
  }
});

Deno.test.each([
  ["gzip, deflate, br, zstd", "br"],
  ["gzip", "gzip"],
  ["br;q=0, GZIP;q=0.5", "gzip"],
  ["deflate,gzip ; q=1.0", "gzip"],
  ["gzip;q=0", undefined],
  ["br ; q=0.0, gzip; q=0.000", undefined],
  ["brotli, x-gzip", undefined],
  ["identity", undefined],
  ["", undefined],
])("who says Accept-Encoding: %s gets %s", async (accepted, coding) => {
  const { headers } = await askRaw(`${product.url}/styles.css`, { "accept-encoding": accepted });
  assert.equal(headers["content-encoding"], coding);
});
