import assert from "node:assert/strict";
import { copyOfApp } from "./testdata/build.ts";

Deno.test("Builder.listen() serves the app, readable and not cached", async () => {
  await using copy = await copyOfApp();
  const controller = new AbortController();
  const { promise, resolve } = Promise.withResolvers<number>();
  copy.builder.onTransformStaticFile({ pluginName: "test", filter: /\.css$/ }, ({ mode }) => ({ content: mode }));
  await copy.builder.listen(() => import(`file://${copy.root}/main.ts`), {
    hostname: "127.0.0.1",
    port: 0,
    signal: controller.signal,
    onListen: ({ port }) => resolve(port),
  });
  const origin = `http://127.0.0.1:${await promise}`;
  const body = await (await fetch(`${origin}/counters`)).text();
  for (const pattern of [/\/hello\.txt\?__frsh_c=\w+/, /\/_fresh\/js\/\w+\/fresh-runtime\.js/]) {
    const response = await fetch(origin + pattern.exec(body)![0]);
    const content = await response.text();
    assert(content === "hello\n" || content.includes("function boot("));
    assert(response.headers.get("cache-control")!.includes("no-store"));
    assert.equal(response.headers.get("etag"), null);
  }
  assert.equal(await (await fetch(`${origin}/page.css`)).text(), "development");
  await assert.rejects(Deno.stat(`${copy.root}/_fresh`), Deno.errors.NotFound);
  controller.abort();
});
