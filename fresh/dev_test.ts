import assert from "node:assert/strict";
import { Builder } from "./dev.ts";
import { HttpError } from "./mod.ts";
import { asset } from "./runtime.ts";
import { app } from "./testdata/app/main.ts";
import { loggedErrors, serving } from "./testdata/serve.ts";

const ROOT = new URL("./testdata/app/", import.meta.url);
const OPTIONS = {
  root: ROOT.href,
  ignore: [/[\\/]islands[\\/].*\.ts$/],
};
const YEAR = "public, max-age=31536000, immutable";

async function inMemory(mode: "development" | "production" = "production") {
  const builder = new Builder(OPTIONS);
  (await builder.build({ mode, snapshot: "memory" }))(app);
  return app;
}

Deno.test("file routes", async (t) => {
  await serving(await inMemory(), async (get) => {
    await t.step(
      "pages render in _app, with their data and headers",
      async () => {
        const { headers, body } = await get("/");
        assert.equal(headers.get("x-page"), "1");
        assert(body.includes('<body class="ada"><main><h1>hello</h1></main>'));
      },
    );
    await t.step(
      "<Head> replaces what is alike and adds the rest",
      async () => {
        const { body } = await get("/");
        const head = /<head>(.*)<\/head>/.exec(body)![1]!;
        assert(head.startsWith('<title>Home</title><meta name="description"'));
        assert(head.endsWith('<meta name="robots" content="none"/>'));
      },
    );
    await t.step("pages without an island ship no script", async () => {
      const { headers, body } = await get("/");
      assert(!body.includes("<script"));
      assert(!headers.has("link"));
    });
    await t.step("plain names win over params, params over rest", async () => {
      assert((await get("/room/lobby")).body.includes("<p>lobby</p>"));
      assert((await get("/room/7")).body.includes("<p>room 7</p>"));
      assert.equal((await get("/any/one")).body, "one");
      assert.equal((await get("/any/7/8")).body, "7/8");
    });
    await t.step(
      "groups hold middlewares, but are no part of the path",
      async () => {
        assert.equal((await get("/terms")).headers.get("x-legal"), "1");
        assert.equal((await get("/")).headers.get("x-legal"), null);
      },
    );
    await t.step(
      "a method without a handler is a 404, OPTIONS too",
      async () => {
        const post = await get("/admin", { method: "POST" });
        assert.equal(post.body, "posted by ada");
        for (const method of ["GET", "PUT", "OPTIONS"]) {
          assert((await get("/admin", { method })).body.includes("nothing here"));
        }
      },
    );
    await t.step("HEAD runs GET without a body", async () => {
      const { headers, body } = await get("/", { method: "HEAD" });
      assert.equal(headers.get("x-page"), "1");
      assert.equal(body, "");
    });
    await t.step(
      "routeOverride guards params, and then 405 is a 405",
      async () => {
        assert.equal((await get("/only/abc")).body, "only abc");
        assert((await get("/only/%ff")).body.includes("nothing here"));
        const put = await get("/only/abc", { method: "PUT" });
        assert.equal(put.status, 405);
      },
    );
    await t.step("_404 with only a component answers 200", async () => {
      const { status, headers, body } = await get("/none/at/all");
      assert.equal(status, 200);
      assert(body.includes('<body class="ada"><p>nothing here</p>'));
      assert.equal(headers.get("x-after"), null);
    });
    await t.step("_error gets the error, and nothing is logged", async () => {
      const errors = await loggedErrors(async () => {
        const { status, headers, body } = await get("/any/boom");
        assert.equal(status, 500);
        assert(body.includes("failed: Error: boom"));
        assert.equal(headers.get("x-after"), null);
        assert.equal(headers.get("content-security-policy"), null);
      });
      assert.deepEqual(errors, []);
    });
    await t.step("routes added before fsRoutes() miss _app", async () => {
      const { body } = await get("/early");
      assert(body.includes('<head><meta charset="utf-8"/></head>'));
    });
  });
});

Deno.test("islands", async (t) => {
  await serving(await inMemory(), async (get) => {
    await t.step(
      "are marked, and booted by one script with the nonce",
      async () => {
        const { headers, body } = await get("/counters");
        assert.equal(body.match(/<!--frsh:island\d-->/g)?.length, 3);
        assert.equal(body.match(/<script/g)?.length, 1);
        const nonce = /<script type="module" nonce="(\w+)">/.exec(body)![1]!;
        const policy = headers.get("content-security-policy")!;
        assert(policy.includes(`'nonce-${nonce}'`));
        assert(body.endsWith('")</script></body></html>'));
        assert(!body.includes("</script><!--"));
      },
    );
    await t.step("their scripts are preloaded, and immutable", async () => {
      const link = (await get("/counters")).headers.get("link")!;
      const urls = [...link.matchAll(/<([^>]+)>; rel="modulepreload"/g)];
      assert.equal(urls.length, 3);
      for (const [, url] of urls) {
        const { status, headers } = await get(url!);
        assert.equal(status, 200);
        assert.equal(headers.get("cache-control"), YEAR);
      }
    });
    await t.step("pages made at the same time do not mix", async () => {
      const paths = ["/counters", "/", "/room/1", "/counters", "/terms"];
      const pages = await Promise.all(paths.map((path) => get(path)));
      assert.deepEqual(pages.map(({ body }) => body.match(/<script/g)?.length ?? 0), [1, 0, 0, 1, 0]);
    });
    await t.step("refuse functions and children", async () => {
      const fn = await get("/broken");
      assert.equal(fn.status, 500);
      assert(fn.body.includes("&lt;Broken>.onClick is a function"), fn.body);
      const children = await get("/broken?children");
      assert(children.body.includes("&lt;Broken> has children"));
    });
  });
});

Deno.test("static files", async (t) => {
  await serving(await inMemory(), async (get) => {
    await t.step("are not stored without a key, but have an ETag", async () => {
      const { headers, body } = await get("/hello.txt");
      assert.equal(body, "hello\n");
      assert.equal(headers.get("content-type"), "text/plain; charset=UTF-8");
      assert(headers.get("cache-control")!.includes("no-store"));
      const again = await get("/hello.txt", {
        headers: { "if-none-match": headers.get("etag")! },
      });
      assert.deepEqual([again.status, again.body], [304, ""]);
    });
    await t.step("are immutable with the key of asset()", async () => {
      const { status, headers } = await get(asset("/hello.txt?a=1"));
      assert.equal(status, 200);
      assert.equal(headers.get("cache-control"), YEAR);
    });
    await t.step("with the key of another build redirect to none", async () => {
      const { status, headers } = await get("/hello.txt?a=1&__frsh_c=old");
      assert.equal(status, 307);
      assert.equal(headers.get("location"), "/hello.txt?a=1");
    });
    await t.step("take GET and HEAD only", async () => {
      const head = await get("/hello.txt", { method: "HEAD" });
      assert.deepEqual([head.status, head.body], [200, ""]);
      const post = await get("/hello.txt", { method: "POST" });
      assert.equal(post.status, 405);
    });
    await t.step("are not hidden ones, except .well-known", async () => {
      assert.equal((await get("/.well-known/note.txt")).body, "x\n");
      assert((await get("/.hidden")).body.includes("nothing here"));
    });
    await t.step("a missing favicon is a bare 404", async () => {
      const { status, body } = await get("/favicon.ico");
      assert.deepEqual([status, body], [404, ""]);
    });
  });
});

Deno.test("in development nothing is cached", async () => {
  await serving(await inMemory("development"), async (get) => {
    const { headers } = await get(asset("/hello.txt"));
    assert(headers.get("cache-control")!.includes("no-store"));
    assert.equal(headers.get("etag"), null);
  });
});

Deno.test("Builder.listen() serves the app, readable", async () => {
  const controller = new AbortController();
  const { promise, resolve } = Promise.withResolvers<number>();
  await new Builder(OPTIONS).listen(() => import("./testdata/app/main.ts"), {
    hostname: "127.0.0.1",
    signal: controller.signal,
    onListen: ({ port }) => resolve(port),
  });
  const origin = `http://127.0.0.1:${await promise}`;
  const body = await (await fetch(`${origin}/counters`)).text();
  const [url] = /\/_fresh\/js\/\w+\/fresh-runtime\.js/.exec(body)!;
  const script = await (await fetch(origin + url)).text();
  assert(script.includes("function boot("));
  controller.abort();
});

Deno.test("asset() leaves alone what is not a path of this site", () => {
  for (const url of ["https://a.example/x", "//a.example/x", "x", "#x"]) {
    assert.equal(asset(url), url);
  }
  const keyed = asset("/x?a=1#h");
  assert.match(keyed, /^\/x\?a=1&__frsh_c=\w+#h$/);
  assert.equal(asset(keyed), keyed);
});

Deno.test("a build on disk is served without run and write permissions", async () => {
  const outDir = await Deno.makeTempDir({
    dir: `${import.meta.dirname}/testdata`,
  });
  await Deno.writeTextFile(`${outDir}/stale.txt`, "");
  try {
    const apply = await new Builder({ ...OPTIONS, outDir }).build();
    assert.throws(() => apply(app), /server\.js/);
    await assert.rejects(Deno.stat(`${outDir}/stale.txt`), Deno.errors.NotFound);

    const config = new URL("../deno.json", import.meta.url).pathname;
    const command = new Deno.Command(Deno.execPath(), {
      args: [
        ...["serve", "--config", config, "--host", "127.0.0.1", "--port", "0"],
        ...["--allow-net", "--allow-env", "--allow-read"],
        `${outDir}/server.js`,
      ],
      stdout: "null",
      stderr: "piped",
    });
    await using server = command.spawn();
    const origin = await originOf(server.stderr);
    const body = await (await fetch(`${origin}/counters`)).text();
    const [, key] = /hello\.txt\?__frsh_c=(\w+)/.exec(body)!;
    const script = /"(\/_fresh\/js\/(\w+)\/fresh-runtime\.js)"/.exec(body)!;
    assert.equal(script[2], key, "one id, of the build, not of the process");
    for (const path of [script[1], `/hello.txt?__frsh_c=${key}`]) {
      const response = await fetch(origin + path);
      await response.body!.cancel();
      assert.equal(response.headers.get("cache-control"), YEAR);
    }
  } finally {
    await Deno.remove(outDir, { recursive: true });
  }
});

async function originOf(stderr: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let text = "";
  for await (const chunk of stderr.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const origin = /http:\/\/[\d.]+:\d+/.exec(text);
    if (origin) return origin[0];
  }
  throw new Error(text);
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
    await assert.rejects(new Builder({ root }).build(), new RegExp(`Could not resolve "${specifier}"`));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("HttpError is an Error with a status", () => {
  const error = new HttpError(404, "gone fishing", { cause: 1 });
  assert(error instanceof Error);
  assert.deepEqual([error.name, error.status, error.message, error.cause], [
    "HttpError",
    404,
    "gone fishing",
    1,
  ]);
});
