/**
 * What a first start installs: deno.lock has the product's packages, tests/deno.lock those of its tests too. Each task names its lock.
 * By default there is the product's, by which Deno Deploy starts it with flags of its own; both are frozen, so that nothing writes to
 * them by the way.
 */

import assert from "node:assert/strict";

const ROOT = new URL("../", import.meta.url);

async function locked(path: string): Promise<string[]> {
  const { specifiers } = JSON.parse(await Deno.readTextFile(new URL(path, ROOT)));
  return Object.keys(specifiers);
}

Deno.test("locks: a first start installs nothing that only tests need", async () => {
  const packages = await Deno.readTextFile(new URL("tests/support/packages.ts", ROOT));
  const ofTests = Array.from(packages.matchAll(/"(npm:[^"]+)"/g), ([, specifier]) => specifier!);
  assert.ok(ofTests.length >= 3);
  const [product, tests] = [await locked("deno.lock"), await locked("tests/deno.lock")];
  for (const specifier of ofTests) {
    assert.ok(
      !product.includes(specifier),
      `${specifier} is in deno.lock: take it out`,
    );
    assert.ok(tests.includes(specifier), `${specifier} is not in tests/deno.lock`);
  }
});

Deno.test("locks: whatever a task runs is locked, and nothing writes to a lock", async () => {
  const { lock, tasks, deploy } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  assert.deepEqual(lock, { path: "./deno.lock", frozen: true });
  const commands = [...Object.values<string>(tasks), deploy.install].flatMap((task) => task.split(" && "));
  const resolving = commands.filter((command) => /^deno (run|install|check|test)\b/.test(command));
  assert.ok(resolving.length >= 8);
  for (const command of resolving) assert.match(command, /^deno \w+ .*--lock=(tests\/)?deno\.lock\b/);
});
