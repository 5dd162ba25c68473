/** The phone's app is a project of its own: the server installs and builds not a byte of it, and Deno's own checks leave it alone. */

import assert from "node:assert/strict";
import { build } from "./support/product.ts";

const ROOT = new URL("../", import.meta.url);
const read = async (path: string) => JSON.parse(await Deno.readTextFile(new URL(path, ROOT)));

/** What the app is made of, and the product is not. */
async function packagesOfApp(): Promise<string[]> {
  const { dependencies, devDependencies } = await read("mobile/package.json");
  const names = Object.keys({ ...dependencies, ...devDependencies });
  assert.ok(names.includes("expo") && names.includes("react-native-webrtc") && names.includes("jest"));
  return names;
}

/** The files of a folder, by their paths in it. */
async function* filesIn(folder: URL, at = ""): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(at, folder))) {
    if (isDirectory) yield* filesIn(folder, `${at}${name}/`);
    else yield at + name;
  }
}

Deno.test("mobile: no package of the app is locked for the product or its tests", async () => {
  const names = await packagesOfApp();
  for (const path of ["deno.lock", "tests/deno.lock"]) {
    const { npm, workspace } = await read(path);
    const locked = Object.keys(npm).map((key) => key.replace(/(?<=.)@.*$/, ""));
    assert.ok(locked.includes("preact"));
    assert.deepEqual(names.filter((name) => locked.includes(name)), [], path);
    assert.equal(workspace.packageJson, undefined, path);
  }
});

Deno.test("mobile: nothing of it is in what is built, nor in what the server loads", async () => {
  await build();
  const built = new URL("_fresh/", ROOT);
  let texts = 0;
  for await (const path of filesIn(built)) {
    if (!/\.(js|json)$/.test(path)) continue;
    texts++;
    const text = await Deno.readTextFile(new URL(path, built));
    assert.doesNotMatch(text, /["/]mobile\/|react-native/, path);
  }
  assert.ok(texts > 5);
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--lock=deno.lock", "start.ts"],
    cwd: ROOT,
  }).output();
  assert.ok(success);
  const loaded: string[] = JSON.parse(new TextDecoder().decode(stdout)).modules
    .map(({ specifier }: { specifier: string }) => specifier);
  assert.ok(loaded.some((specifier) => specifier.endsWith("/main.ts")));
  assert.deepEqual(loaded.filter((specifier) => specifier.startsWith(new URL("mobile/", ROOT).href)), []);
});

Deno.test("mobile: format, lint, types and tests of the product do not look into it", async () => {
  const { exclude, workspace } = await read("deno.json");
  assert.ok(exclude.includes("mobile"));
  assert.equal(workspace, undefined);
  await assert.rejects(Deno.stat(new URL("package.json", ROOT)), Deno.errors.NotFound);
});
