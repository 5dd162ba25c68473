/** What is loaded of the store's client: nothing, where there is no store. */

import assert from "node:assert/strict";
import { build, startScript } from "../support/product.ts";
import { until } from "../support/until.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** The repository, by links, without the package of the store's client; `await using` removes it. */
async function withoutPackage(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "zvonok-without-redis-" });
  const link = async (folder: string, without: string) => {
    for await (const { name } of Deno.readDir(ROOT + folder)) {
      // What Deno keeps of packages in `.deno` would be found too.
      if (name !== without && !name.startsWith(".")) {
        await Deno.symlink(`${ROOT}${folder}${name}`, `${path}/${folder}${name}`);
      }
    }
  };
  await Deno.mkdir(`${path}/node_modules`);
  await link("", "node_modules");
  await link("node_modules/", "@redis");
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test({
  name:
    "the package of the store's client is loaded with REDIS_URL only: without, the product serves where it is missing",
  // Links need rights of their own there.
  ignore: Deno.build.os === "windows",
  async fn() {
    await build();
    await using repository = await withoutPackage();
    const { path } = repository;
    const flags = ["--node-modules-dir=manual", "--cached-only", `--config=${path}/deno.json`, "--lock=deno.lock"];
    const rights = ["--allow-net", "--allow-env", "--allow-read", "--allow-run"];
    const args = ["run", ...flags, ...rights, `${path}/start.ts`];
    const readyz = async (url: string) => await (await fetch(`${url}/readyz`)).text();
    {
      await using product = await startScript(args, { PORT: "0" });
      assert.equal(await readyz(product.url), "ready\n");
      assert.match(await (await fetch(product.url)).text(), /<h1/);
    }
    await using product = await startScript(args, { PORT: "0", REDIS_URL: "redis://127.0.0.1:1" });
    await until("it misses the package", async () => (await readyz(product.url)).includes("ERR_MODULE_NOT_FOUND"));
  },
});
