/** Who may import whom: the arrows between the folders, checked on every file. */

import assert from "node:assert/strict";

const ROOT = new URL("../", import.meta.url);

/** What the files of a folder may import, besides npm packages. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  shared: ["shared"],
  signaling: ["signaling", "shared"],
  workers: ["workers", "signaling"],
  components: ["components", "shared"],
  islands: ["islands", "components", "shared"],
  routes: ["routes", "shared", "signaling", "islands", "components"],
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function* sources(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, ROOT))) {
    if (isDirectory) yield* sources(`${folder}${name}/`);
    else if (/\.tsx?$/.test(name) && !/_test\.tsx?$/.test(name)) yield folder + name;
  }
}

/** The imports and re-exports of a file, side effects and `import()` included; local ones as paths from the root. */
function importsOf(file: string): Import[] {
  const text = Deno.readTextFileSync(new URL(file, ROOT));
  const statement =
    /^(?:import|export)\s+(?:(type\s)?[^"'`;]*?\sfrom\s+)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm;
  return [...text.matchAll(statement)].map(([, type, from, dynamic]) => {
    const specifier = (from ?? dynamic)!;
    const to = specifier.startsWith(".")
      ? decodeURI(new URL(specifier, new URL(file, ROOT)).href.slice(ROOT.href.length))
      : specifier;
    return { from: file, to, typeOnly: type !== undefined };
  });
}

const files = Object.keys(MAY_IMPORT).flatMap((folder) => [...sources(`${folder}/`)]);
const imports = files.flatMap(importsOf);
const isLocal = ({ to }: Import) => /\.tsx?$/.test(to) && !to.includes("npm:");
const folderOf = (file: string) => file.includes("/") ? file.slice(0, file.indexOf("/")) : "the root";
const show = ({ from, to }: Import) => `${from} imports ${to}`;

Deno.test("imports: every folder has files, and their imports were found", () => {
  for (const folder of Object.keys(MAY_IMPORT)) assert.ok(files.some((file) => folderOf(file) === folder), folder);
  const known = [["signaling/engine/memory.ts", "signaling/call/advance.ts"], [
    "routes/chat/[id].tsx",
    "islands/Call.tsx",
  ], [
    "shared/protocol/client_messages.ts",
    "zod",
  ]];
  for (const [from, to] of known) {
    assert.ok(imports.some((one) => one.from === from && one.to === to), `${from} → ${to}`);
  }
});

Deno.test("imports: a folder imports only what is below it", () => {
  const wrong = imports.filter(isLocal).filter(({ from, to }) => !MAY_IMPORT[folderOf(from)]!.includes(folderOf(to)));
  assert.deepEqual(wrong.map(show), []);
});

Deno.test("imports: nothing imports a test or what supports tests", () => {
  assert.deepEqual(imports.filter(({ to }) => /_test\.tsx?$|^tests\//.test(to)).map(show), []);
});

Deno.test("imports: what a browser loads takes types only from modules that need zod", () => {
  const needsZod = new Set(["zod"]);
  for (let size = 0; size !== needsZod.size;) {
    size = needsZod.size;
    for (const { from, to, typeOnly } of imports) if (!typeOnly && needsZod.has(to)) needsZod.add(from);
  }
  assert.ok(needsZod.has("shared/protocol/server_messages.ts"));
  const inBrowser = ({ from }: Import) => /^(shared\/client|components|islands)\//.test(from);
  assert.deepEqual(imports.filter(inBrowser).filter(({ to, typeOnly }) => !typeOnly && needsZod.has(to)).map(show), []);
});

Deno.test("imports: no file imports itself by way of others, not even types, nor by `import()`", () => {
  const byFile = Map.groupBy(imports.filter(isLocal), ({ from }) => from);
  const left = new Set(files);
  // A file whose imports are all gone goes too: what stays is in a circle, or leads into one.
  for (let size = -1; size !== left.size;) {
    size = left.size;
    for (const file of left) if (!byFile.get(file)?.some(({ to }) => left.has(to))) left.delete(file);
  }
  const among = [...left].flatMap((file) => byFile.get(file)!).filter(({ to }) => left.has(to));
  assert.deepEqual(among.map(show), []);
});

const inBrowserPlatform = (file: string) => /^shared\/client\/platform\/browser(\/|\.ts$)/.test(file);
const client = files.filter((file) => file.startsWith("shared/client/"));

Deno.test("imports: the call client takes its platform from whoever makes it", () => {
  const wrong = imports.filter(({ from, to }) =>
    client.includes(from) && !inBrowserPlatform(from) && inBrowserPlatform(to)
  );
  assert.deepEqual(wrong.map(show), []);
});

Deno.test("imports: nothing in the call client but the browser's platform reaches for a browser's globals", () => {
  const names =
    /(?<![.#\w])(document|navigator|window|location|parent|self|globalThis|crypto|performance|Date|\w+Storage)[.\[]/;
  const calls =
    /(?<![.#"\w])(Math\.random|fetch|matchMedia|addEventListener|set(Timeout|Interval)|new (WebSocket|Date|RTC\w+|Media\w+|Audio\w+))\b/;
  const reaching = client.filter((file) => {
    const code = Deno.readTextFileSync(new URL(file, ROOT)).replace(/\/\*[^]*?\*\/|\/\/.*/g, "");
    return names.test(code) || calls.test(code);
  });
  assert.ok(reaching.includes("shared/client/platform/browser/transport.ts"));
  assert.deepEqual(reaching.filter((file) => !inBrowserPlatform(file)), []);
});
