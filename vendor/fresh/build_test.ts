import assert from "node:assert/strict";
import { Builder } from "./dev.ts";
import { asset } from "./runtime.ts";
import { copyOfApp } from "./testdata/build.ts";
import { loggedErrors, serving } from "./testdata/serve.ts";

const YEAR = "public, max-age=31536000, immutable";

Deno.test("a production build", async (t) => {
  await using copy = await copyOfApp();
  await Deno.mkdir(`${copy.root}/_fresh`);
  await Deno.writeTextFile(`${copy.root}/_fresh/stale.txt`, "");
  copy.builder.onTransformStaticFile({ pluginName: "one", filter: /\.css$/ }, (file) => ({
    content: `${file.text.trim()}/* ${file.mode} ${file.target} ${file.path.slice(copy.root.length)} */`,
  }));
  copy.builder.onTransformStaticFile({ pluginName: "none", filter: /\.css$/ }, () => {});
  copy.builder.onTransformStaticFile({ pluginName: "two", filter: /[\\/]page\.css$/ }, async ({ text }) => ({
    content: await Promise.resolve(text.toUpperCase()),
  }));
  await copy.builder.build();
  await assert.rejects(Deno.stat(`${copy.root}/_fresh/stale.txt`), Deno.errors.NotFound);
  const { default: server } = await import(`file://${copy.root}/_fresh/server.js`);

  await serving(server.fetch, async (get) => {
    await t.step("pages render in _app, with their data and headers", async () => {
      const { headers, body } = await get("/");
      assert.equal(headers.get("x-page"), "1");
      assert(body.includes('<body class="ada"><main><h1>hello</h1></main>'));
    });
    await t.step("<Head> replaces what is alike and adds the rest", async () => {
      const { body } = await get("/");
      const head = /<head>(.*)<\/head>/.exec(body)![1]!;
      assert(head.startsWith('<title>Home</title><meta name="description"'));
      assert(head.endsWith('<meta name="robots" content="none"/>'));
    });
    await t.step("pages without an island ship no script", async () => {
      const { headers, body } = await get("/");
      assert(!body.includes("<script"));
      assert(!headers.has("link"));
    });
    await t.step("names win over params", async () => {
      assert((await get("/room/lobby")).body.includes("<p>lobby</p>"));
      assert((await get("/room/7")).body.includes("<p>room 7</p>"));
    });
    await t.step("_middleware runs after those of the app", async () => {
      assert.equal((await get("/")).headers.get("x-middleware"), "ada");
    });
    await t.step("a method without a handler is a 404, OPTIONS too", async () => {
      const post = await get("/admin", { method: "POST" });
      assert.equal(post.body, "posted by ada");
      for (const method of ["GET", "PUT", "OPTIONS"]) {
        assert((await get("/admin", { method })).body.includes("nothing here"));
      }
    });
    await t.step("HEAD runs GET without a body", async () => {
      const { headers, body } = await get("/", { method: "HEAD" });
      assert.equal(headers.get("x-page"), "1");
      assert.equal(body, "");
    });
    await t.step("(_kit) is no route", async () => {
      for (const path of ["/(_kit)/define", "/define"]) assert((await get(path)).body.includes("nothing here"));
    });
    await t.step("_404 with only a component answers 200, past the middlewares", async () => {
      const { status, headers, body } = await get("/none/at/all");
      assert.equal(status, 200);
      assert(body.includes('<body class="ada"><p>nothing here</p>'));
      assert.equal(headers.get("x-after"), null);
      assert.equal(headers.get("content-security-policy"), null);
    });
    await t.step("_error gets the error, past the middlewares, and nothing is logged", async () => {
      const errors = await loggedErrors(async () => {
        const { status, headers, body } = await get("/boom");
        assert.equal(status, 500);
        assert(body.includes("failed: Error: boom"));
        assert.equal(headers.get("x-after"), null);
        assert.equal(headers.get("content-security-policy"), null);
      });
      assert.deepEqual(errors, []);
    });
    await t.step("routes added before fsRoutes() miss _app", async () => {
      const { body } = await get("/early");
      assert(body.includes('<head><meta charset="utf-8"/></head><body><p>nothing here</p>'));
    });

    await t.step("islands are marked, and booted by one script with the nonce", async () => {
      const { headers, body } = await get("/counters");
      assert.equal(body.match(/<!--frsh:island\d-->/g)?.length, 3);
      assert.equal(body.match(/<script/g)?.length, 1);
      const nonce = /<script type="module" nonce="(\w+)">/.exec(body)![1]!;
      const policy = headers.get("content-security-policy")!;
      assert(policy.includes(`'nonce-${nonce}'`));
      assert(body.endsWith('",true)</script></body></html>'));
      assert(!body.includes("</script><!--"));
    });
    await t.step("their scripts are preloaded, and immutable", async () => {
      const link = (await get("/counters")).headers.get("link")!;
      const urls = [...link.matchAll(/<([^>]+)>; rel="modulepreload"/g)];
      assert.equal(urls.length, 3);
      for (const [, url] of urls) {
        const { status, headers } = await get(url!);
        assert.equal(status, 200);
        assert.equal(headers.get("content-type"), "text/javascript; charset=UTF-8");
        assert.equal(headers.get("cache-control"), YEAR);
      }
    });
    await t.step("pages made at the same time do not mix", async () => {
      const paths = ["/counters", "/", "/room/1", "/counters", "/room/lobby"];
      const pages = await Promise.all(paths.map((path) => get(path)));
      assert.deepEqual(pages.map(({ body }) => body.match(/<script/g)?.length ?? 0), [1, 0, 0, 1, 0]);
    });
    await t.step("islands refuse functions and JSX", async () => {
      const fn = await get("/broken");
      assert.equal(fn.status, 500);
      assert(fn.body.includes("Cannot stringify a function"), fn.body);
      const children = await get("/broken?children");
      assert(children.body.includes("Islands take no JSX"), children.body);
    });

    await t.step("static files are not stored without a key, but have an ETag", async () => {
      const { headers, body } = await get("/hello.txt");
      assert.equal(body, "hello\n");
      assert.equal(headers.get("content-type"), "text/plain; charset=UTF-8");
      assert(headers.get("cache-control")!.includes("no-store"));
      const again = await get("/hello.txt", { headers: { "if-none-match": headers.get("etag")! } });
      assert.deepEqual([again.status, again.body], [304, ""]);
    });
    await t.step("static files are immutable with the key of asset()", async () => {
      const { status, headers } = await get(asset("/hello.txt?a=1"));
      assert.equal(status, 200);
      assert.equal(headers.get("cache-control"), YEAR);
    });
    await t.step("what has not changed says nothing of how long to keep it", async () => {
      const { headers } = await get(asset("/hello.txt"));
      const again = await get(asset("/hello.txt"), { headers: { "if-none-match": headers.get("etag")! } });
      assert.deepEqual([again.status, again.headers.get("cache-control")], [304, null]);
    });
    await t.step("a static file's address may be escaped, and end with a slash", async () => {
      for (const path of ["/%68ello.txt", "/hello%2Etxt", "/hello.txt/"]) {
        assert.equal((await get(path)).body, "hello\n", path);
      }
      assert((await get("/hello.txt%ff")).body.includes("nothing here"));
    });
    await t.step("the key of another build redirects to none", async () => {
      const { status, headers } = await get("/hello.txt?a=1&__frsh_c=old");
      assert.equal(status, 307);
      assert.equal(headers.get("location"), "/hello.txt?a=1");
    });
    await t.step(
      "static files are served as they were transformed, by one after the other, at the same address",
      async () => {
        const { headers, body } = await get(asset("/page.css"));
        assert.equal(body, "A {}/* PRODUCTION CHROME120 /STATIC/PAGE.CSS */");
        assert.equal(headers.get("content-type"), "text/css; charset=UTF-8");
        assert.equal(headers.get("cache-control"), YEAR);
        assert.equal(await Deno.readTextFile(`${copy.root}/static/page.css`), "a {}\n");
      },
    );
    await t.step("static files take GET and HEAD only", async () => {
      const head = await get("/hello.txt", { method: "HEAD" });
      assert.deepEqual([head.status, head.body], [200, ""]);
      assert.equal((await get("/hello.txt", { method: "POST" })).status, 405);
    });
    await t.step("hidden files are not served", async () => {
      assert((await get("/.hidden")).body.includes("nothing here"));
    });
    await t.step("a missing favicon is a bare 404", async () => {
      const { status, body } = await get("/favicon.ico");
      assert.deepEqual([status, body], [404, ""]);
    });
  });
});

Deno.test("asset() leaves alone what is not a path of this site", () => {
  for (const url of ["https://a.example/x", "//a.example/x", "x", "#x"]) {
    assert.equal(asset(url), url);
  }
  const keyed = asset("/x?a=1#h");
  assert.match(keyed, /^\/x\?a=1&__frsh_c=\w+#h$/);
  assert.equal(asset(keyed), keyed);
});

Deno.test("a build is served without run and write permissions, and without esbuild", async () => {
  await using copy = await copyOfApp();
  await copy.builder.build();
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      ...[
        "serve",
        "--lock=tests/deno.lock",
        "--log-level=debug",
        "--config",
        config,
        "--host",
        "127.0.0.1",
        "--port",
        "0",
      ],
      ...["--allow-net", "--allow-env", "--allow-read"],
      `${copy.root}/_fresh/server.js`,
    ],
    stdout: "null",
    stderr: "piped",
  });
  await using server = command.spawn();
  const { log, origin } = await listening(server.stderr);
  assert(log.includes("devalue"), "the log names the modules");
  assert(!log.includes("node_modules/esbuild"));
  const body = await (await fetch(`${origin}/counters`)).text();
  const [, key] = /hello\.txt\?__frsh_c=(\w+)/.exec(body)!;
  const script = /"(\/_fresh\/js\/(\w+)\/fresh-runtime\.js)"/.exec(body)!;
  assert.equal(script[2], key, "one id, of the build, not of the process");
  for (const path of [script[1], `/hello.txt?__frsh_c=${key}`]) {
    const response = await fetch(origin + path);
    await response.body!.cancel();
    assert.equal(response.headers.get("cache-control"), YEAR);
  }
});

async function listening(stderr: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<{ log: string; origin: string }> {
  let log = "";
  for await (const chunk of stderr.pipeThrough(new TextDecoderStream())) {
    log += chunk;
    const origin = /http:\/\/127[\d.]+:\d+/.exec(log);
    if (origin) return { log, origin: origin[0] };
  }
  throw new Error(log);
}

Deno.test.each([
  ["npm:preact"],
  ["jsr:@std/path"],
  ["node:fs"],
  ["fresh"],
])("an island that imports %s fails the build", async (specifier) => {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${root}/islands`);
    await Deno.writeTextFile(
      `${root}/islands/Bad.tsx`,
      `import * as x from "${specifier}"; export const Bad = () => x;`,
    );
    const builder = new Builder({ root, target: ["chrome120"], ignore: [] });
    await assert.rejects(builder.build(), new RegExp(`Could not resolve "${specifier}"`));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
