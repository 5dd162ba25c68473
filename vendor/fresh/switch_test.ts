/** Leaving the stand-in and coming back, on a copy of this checkout. What is at JSR is this folder itself: it cannot be reached here. */

import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { serveRegistry } from "./testdata/registry.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What is made, not written. */
const MADE = /(^|\/)(node_modules|_fresh|\.git|tmp-\w+)(\/|$)/;

Deno.test("the real Fresh takes the stand-in's place by one task, and gives it back by another", async (t) => {
  await using copy = await copyOfCheckout();
  const before = copy.files();
  await using jsr = await serveRegistry();

  await t.step("where JSR cannot be reached, nothing changes", async () => {
    const { code, output } = await copy.task("fresh:real", "http://127.0.0.1:1/");
    assert.equal(code, 1, output);
    assert.match(output, /That did not work: it is the stand-in still/);
    assert.deepEqual(changed(before, copy.files()), []);
  });
  await t.step("back from nowhere: it says so", async () => {
    const { code, output } = await copy.task("fresh:stand-in", jsr.url);
    assert.deepEqual([code, /It is the stand-in already/.test(output)], [0, true], output);
  });
  await t.step("leaving changes what says which Fresh it is, and nothing else", async () => {
    const { code, output } = await copy.task("fresh:real", jsr.url);
    assert.equal(code, 0, output);
    const after = copy.files();
    const kept = ["vendor/fresh/locks/deno.lock", "vendor/fresh/locks/tests/deno.lock"];
    assert.deepEqual(changed(before, after), ["deno.json", "deno.lock", "tests/deno.lock", ...kept]);
    const [was, is] = [before, after].map((files) => JSON.parse(files.get("deno.json")!));
    const { links: _, ...rest } = was;
    assert.deepEqual(is, { ...rest, exclude: ["vendor", ...was.exclude] });
    for (const path of ["deno.lock", "tests/deno.lock"]) {
      const { jsr, specifiers, workspace } = JSON.parse(after.get(path)!);
      assert.ok(jsr["@fresh/core@2.3.3"].integrity, path);
      assert.equal(specifiers["jsr:@fresh/core@^2.3.3"], "2.3.3", path);
      assert.equal(workspace.links, undefined, path);
    }
  });
  await t.step("the suite and the gate know nothing of the stand-in then", async () => {
    for (const command of ["test", "lint", "fmt"]) {
      const { code, output } = await copy.deno([command, "vendor"], jsr.url);
      assert.deepEqual([code, /No (test modules|target files) found/.test(output)], [1, true], output);
    }
  });
  await t.step("coming back restores every byte", async () => {
    const { code, output } = await copy.task("fresh:stand-in", "http://127.0.0.1:1/");
    assert.equal(code, 0, output);
    assert.deepEqual(changed(before, copy.files()), []);
  });
});

/** A copy in a folder of its own, which goes away again, with a cache of its own but for npm's packages. */
async function copyOfCheckout() {
  const folder = await Deno.makeTempDir({ prefix: "zvonok-switch-" });
  const root = `${folder}/checkout`;
  await cp(ROOT, root, { recursive: true, filter: (path) => !MADE.test(relative(ROOT, path)) });
  const info = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const { npmCache } = JSON.parse(new TextDecoder().decode(info.stdout));
  await Deno.mkdir(`${folder}/cache`);
  await Deno.symlink(npmCache, `${folder}/cache/npm`);

  const deno = async (args: string[], jsr: string) => {
    const env = { DENO_DIR: `${folder}/cache`, JSR_URL: jsr, NO_COLOR: "1" };
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: root, env, stdin: "null" })
      .output();
    const decoder = new TextDecoder();
    return {
      code,
      output: decoder.decode(stdout) + decoder.decode(stderr),
    };
  };
  return {
    deno,
    task: (name: string, jsr: string) => deno(["task", name], jsr),
    files: () => new Map(filesIn(root).map((path) => [relative(root, path), Deno.readTextFileSync(path)])),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

function filesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    if (MADE.test(name)) return [];
    return isDirectory ? filesIn(`${folder}/${name}`) : [`${folder}/${name}`];
  });
}

/** The paths of files that are new, gone or different. */
function changed(before: Map<string, string>, after: Map<string, string>): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).toSorted();
}
