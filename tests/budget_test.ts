/** What a visitor downloads: no JavaScript outside the call page, and little of it there. */

import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { Guest } from "./support/guest.ts";
import { build, startProduct } from "./support/product.ts";

const SCRIPTS_BYTES = 24_000;
const STYLES_BYTES = 10_000;

Deno.test("budget: the lobby ships no JavaScript, the call page at most 24 kB, styles at most 10 kB, gzipped", async () => {
  await build();
  await using product = await startProduct();
  const guest = await Guest.named(product.url, "Ann");
  const lobby = await guest.get("/");
  assert.doesNotMatch(lobby.text, /<script/i);
  const page = await guest.get(`/chat/${await guest.createChat()}`);
  const scripts = new Set<string>();
  const follow = async (path: string) => {
    if (scripts.has(path)) return;
    scripts.add(path);
    const { text } = await guest.get(path);
    for (const [, next] of text.matchAll(/from\s*"([^"]+)"|import\s*"([^"]+)"/g)) {
      await follow(new URL(next!, product.url + path).pathname);
    }
  };
  for (const [, path] of page.text.matchAll(/"(\/_fresh\/js\/[^"]+\.js)"/g)) await follow(path!);
  assert.ok(scripts.size >= 2, [...scripts].join());
  const bytes = await sizes(guest, scripts);
  const styles = lobby.text.match(/href="(\/styles\.css[^"]*)"/)![1]!;
  const styleBytes = await sizes(guest, [styles]);
  console.log(`call page: ${bytes} bytes of JavaScript, ${styleBytes} of styles, gzipped`);
  assert.ok(bytes > 5_000 && bytes <= SCRIPTS_BYTES, `${bytes}`);
  assert.ok(styleBytes > 1_000 && styleBytes <= STYLES_BYTES, `${styleBytes}`);
});

async function sizes(guest: Guest, paths: Iterable<string>): Promise<number> {
  let bytes = 0;
  for (const path of paths) bytes += gzipSync((await guest.get(path)).text, { level: 9 }).length;
  return bytes;
}
