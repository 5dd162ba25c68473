/** What a first start installs: deno.lock has the product's packages, tests/deno.lock those of its tests too. */

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
      `${specifier} is in deno.lock: take it out, and run tests by deno task test`,
    );
    assert.ok(tests.includes(specifier), `${specifier} is not in tests/deno.lock`);
  }
});
