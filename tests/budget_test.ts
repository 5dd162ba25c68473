/** What a visitor downloads: no JavaScript where nothing is called, and little of it where it is. */

import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { Guest } from "./support/guest.ts";
import { build, startProduct } from "./support/product.ts";
import { scene } from "./support/scene.ts";
import { until } from "./support/until.ts";

/**
 * Before the call page can be read and used; until the other person is seen, with everything that the page loads by itself
 * until then; and with all that is loaded at any time, such as the settings.
 */
const FIRST_BYTES = 24_000 + freshBytes();
const SEEN_BYTES = 40_000 + freshBytes();
const ALL_BYTES = 48_000 + freshBytes();
const STYLES_BYTES = 10_000;

/** What the runtime of the real Fresh 2.3.3 is larger than the stand-in's, which is not ours to make small. */
function freshBytes(): number {
  const config = JSON.parse(Deno.readTextFileSync(new URL("../deno.json", import.meta.url)));
  return "links" in config ? 0 : 8_000;
}

Deno.test("budget: the lobby ships no JavaScript, the call page little, and styles at most 10 kB, gzipped", async () => {
  await build();
  await using product = await startProduct();
  const guest = await Guest.named(product.url, "Ann");
  const lobby = await guest.get("/");
  assert.doesNotMatch(lobby.text, /<script/i);
  const page = await guest.get(`/chat/${await guest.createChat()}`);
  const named = page.text.matchAll(/"(\/_fresh\/js\/[^"]+\.js|\/reload_on_script_failure\.js[^"]*)"/g);
  const entries = [...named].map(([, path]) => path!);
  const first = await reached(guest, product.url, entries, /from\s*"([^"]+)"|import\s*"([^"]+)"/g);
  const all = await reached(guest, product.url, entries, /from\s*"([^"]+)"|import\s*"([^"]+)"|import\("([^"]+)"\)/g);
  assert.ok(first.size >= 2 && all.size > first.size, [...all].join());
  // The runtime's parser is for props that JSON has no words for, and this page has none.
  assert.doesNotMatch(page.text, /,true\)<\/script>/);
  for (const path of all) if (/\/rich_props-/.test(path)) all.delete(path);
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

scene(
  "budget: at most 40 kB of JavaScript, gzipped, until the other person is seen",
  async ({ product, ada, boris }) => {
    const people = { ada, boris };
    await Promise.all(Object.values(people).map(({ page }) => page.evaluate(noteScriptsUntilFirstFrame)));
    await ada.click("Video call");
    await boris.click("Accept");
    const visitor = new Guest(product.url);
    for (const [name, { page }] of Object.entries(people)) {
      const paths = await until(
        "a picture of the other person",
        () => page.evaluate(() => (globalThis as Noted).scripts),
      );
      const bytes = await sizes(visitor, paths);
      console.log(`${name}: ${bytes} bytes of JavaScript in ${paths.length} files until the first picture, gzipped`);
      assert.ok(bytes > FIRST_BYTES / 2 && bytes <= SEEN_BYTES, `${name}: ${bytes}`);
    }
  },
);

type Noted = typeof globalThis & { scripts?: string[] };

/** In the page: keeps the paths of all scripts that had been asked for when the first picture of the other person was drawn. */
function noteScriptsUntilFirstFrame(): void {
  const watch = () => {
    const video = document.querySelector<HTMLVideoElement>('video[aria-label="Remote video"]');
    if (video === null) return requestAnimationFrame(watch);
    return video.requestVideoFrameCallback(() => {
      const paths = performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname);
      (globalThis as Noted).scripts = [...new Set(paths)].filter((path) => path.endsWith(".js"));
    });
  };
  watch();
}

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
