/** What a visitor downloads: no JavaScript where nothing is called, and little of it where it is. */

import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { Guest } from "./support/guest.ts";
import { build, startProduct } from "./support/product.ts";

/** Before the call page can be read and used; and with all that it loads at any time. */
const FIRST_BYTES = 24_000;
const ALL_BYTES = 40_000;
const STYLES_BYTES = 10_000;

Deno.test("budget: the lobby ships no JavaScript, the call page little, and styles at most 10 kB, gzipped", async () => {
  await build();
  await using product = await startProduct();
  const guest = await Guest.named(product.url, "Ann");
  const lobby = await guest.get("/");
  assert.doesNotMatch(lobby.text, /<script/i);
  const page = await guest.get(`/chat/${await guest.createChat()}`);
  const named = page.text.matchAll(/"(\/_fresh\/js\/[^"]+\.js|\/heal\.js[^"]*)"/g);
  const entries = [...named].map(([, path]) => path!);
  const first = await reached(guest, product.url, entries, /from\s*"([^"]+)"|import\s*"([^"]+)"/g);
  const all = await reached(guest, product.url, entries, /from\s*"([^"]+)"|import\s*"([^"]+)"|import\("([^"]+)"\)/g);
  assert.ok(first.size >= 2 && all.size > first.size, [...all].join());
  const bytes = { first: await sizes(guest, first), all: await sizes(guest, all) };
  const styles = lobby.text.match(/href="(\/styles\.css[^"]*)"/)![1]!;
  const styleBytes = await sizes(guest, [styles]);
  console.log(
    `call page: ${bytes.first} bytes of JavaScript first, ${bytes.all} in all, ${styleBytes} of styles, gzipped`,
  );
  assert.ok(bytes.first > 5_000 && bytes.first <= FIRST_BYTES, `${bytes.first}`);
  assert.ok(bytes.all <= ALL_BYTES, `${bytes.all}`);
  assert.ok(styleBytes > 1_000 && styleBytes <= STYLES_BYTES, `${styleBytes}`);
});

/** The scripts that these load, and those load, by the ways in which a pattern finds one named in another. */
async function reached(guest: Guest, url: string, entries: string[], imports: RegExp): Promise<Set<string>> {
  const found = new Set<string>();
  const follow = async (path: string) => {
    if (found.has(path)) return;
    found.add(path);
    const { text } = await guest.get(path);
    for (const [, ...names] of text.matchAll(imports)) {
      await follow(new URL(names.find((name) => name !== undefined)!, url + path).pathname);
    }
  };
  for (const path of entries) await follow(path);
  return found;
}

async function sizes(guest: Guest, paths: Iterable<string>): Promise<number> {
  let bytes = 0;
  for (const path of paths) bytes += gzipSync((await guest.get(path)).text, { level: 9 }).length;
  return bytes;
}
