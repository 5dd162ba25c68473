import assert from "node:assert/strict";
import { App, createDefine, HttpError, type Middleware, page } from "./mod.ts";
import { Head } from "./runtime.ts";
import { loggedErrors, serving } from "./testdata/serve.ts";

const text = (body: string): Middleware<unknown> => (ctx) => ctx.text(body);

Deno.test("a route answers its method, HEAD, OPTIONS, and 405 to the rest", async () => {
  const app = new App().get("/a", text("a")).post("/a", text("posted"));
  await serving(app, async (get) => {
    assert.equal((await get("/a")).body, "a");
    assert.equal((await get("/a", { method: "POST" })).body, "posted");
    const head = await get("/a", { method: "HEAD" });
    assert.deepEqual([head.status, head.body], [200, ""]);
    const options = await get("/a", { method: "OPTIONS" });
    assert.equal(options.status, 204);
    assert.equal(options.headers.get("allow"), "GET, POST");
    const put = await get("/a", { method: "PUT" });
    assert.deepEqual([put.status, put.body], [405, "Method Not Allowed"]);
  });
});

Deno.test("every method has its registration, and all() is all of them", async () => {
  const app = new App().put("/m", text("put")).patch("/m", text("patch"))
    .delete("/m", text("delete")).head("/m", text("")).all("/all", text("all"));
  await serving(app, async (get) => {
    for (const method of ["PUT", "PATCH", "DELETE"]) {
      assert.equal((await get("/m", { method })).body, method.toLowerCase());
    }
    assert.equal((await get("/m", { method: "HEAD" })).status, 200);
    assert.equal((await get("/m")).status, 405);
    assert.equal((await get("/all", { method: "OPTIONS" })).body, "all");
  });
});

Deno.test("an unknown path is a plain 404", async () => {
  await serving(new App(), async (get) => {
    const { status, body } = await get("/none");
    assert.deepEqual([status, body], [404, "Not Found"]);
  });
});

Deno.test("params keep what decodeURI keeps; broken ones are a 500", async () => {
  const app = new App().get("/room/:id", (ctx) => ctx.json(ctx.params))
    .onError("*", text("error page"));
  await serving(app, async (get) => {
    assert.equal((await get("/room/%C3%BC%2F%40")).body, '{"id":"ü%2F%40"}');
    const errors = await loggedErrors(async () => {
      const broken = await get("/room/%ff");
      assert.equal(broken.status, 500);
      assert.notEqual(broken.body, "error page");
    });
    assert(errors.length === 0 || errors[0] instanceof URIError);
  });
});

Deno.test("static paths win over patterns, with or without a last slash", async () => {
  const app = new App().get("/:x", text("pattern")).get("/a", text("static"));
  await serving(app, async (get) => {
    assert.equal((await get("/a")).body, "static");
    assert.equal((await get("/a/")).body, "static");
    assert.equal((await get("/b")).body, "pattern");
  });
});

Deno.test("slashes collapse, in paths and in redirects", async () => {
  const app = new App().get("/a/b", (ctx) => ctx.text(ctx.url.pathname))
    .get("/go", (ctx) => ctx.redirect("//evil.example//x?u=//y", 303))
    .get("/out", (ctx) => ctx.redirect("https://example.com//x"));
  await serving(app, async (get) => {
    assert.equal((await get("//a///b")).body, "/a/b");
    const local = await get("/go");
    assert.equal(local.status, 303);
    assert.equal(local.headers.get("location"), "/evil.example/x?u=//y");
    const out = await get("/out");
    assert.equal(out.status, 302);
    assert.equal(out.headers.get("location"), "https://example.com//x");
  });
});

Deno.test("middlewares run in order, below their path, for later routes only", async () => {
  const tag = (name: string): Middleware<{ tags?: string[] }> => (ctx) => {
    (ctx.state.tags ??= []).push(name);
    return ctx.next();
  };
  const app = new App<{ tags?: string[] }>()
    .get("/early", (ctx) => ctx.json(ctx.state))
    .use(tag("1"), tag("2"))
    .use("/in", tag("in"))
    .get("/in/x", (ctx) => ctx.json(ctx.state))
    .get("/out", tag("own"), (ctx) => ctx.json(ctx.state));
  await serving(app, async (get) => {
    assert.equal((await get("/early")).body, "{}");
    assert.equal((await get("/in/x")).body, '{"tags":["1","2","in"]}');
    assert.equal((await get("/out")).body, '{"tags":["1","2","own"]}');
  });
});

Deno.test("error pages bypass what root middlewares do afterwards", async () => {
  const app = new App()
    .use(async (ctx) => {
      const response = await ctx.next();
      response.headers.set("x-after", "1");
      return response;
    })
    .onError("*", (ctx) => ctx.text(`caught ${ctx.error}`, { status: 418 }))
    .notFound((ctx) => ctx.text(`no ${ctx.url.pathname}`, { status: 404 }))
    .get("/ok", text("ok"))
    .get("/boom", () => {
      throw new Error("boom");
    });
  await serving(app, async (get) => {
    assert.equal((await get("/ok")).headers.get("x-after"), "1");
    const errors = await loggedErrors(async () => {
      const boom = await get("/boom");
      assert.deepEqual([boom.status, boom.body], [418, "caught Error: boom"]);
      assert.equal(boom.headers.get("x-after"), null);
    });
    assert.deepEqual(errors, []);
    const none = await get("/none");
    assert.deepEqual([none.status, none.body], [404, "no /none"]);
    assert.equal(none.headers.get("x-after"), null);
    assert.equal((await get("/ok", { method: "POST" })).status, 418);
  });
});

Deno.test("uncaught errors are logged, HttpErrors below 500 are not", async () => {
  const app = new App().get("/http", () => {
    throw new HttpError(403, "not you");
  }).get("/boom", () => {
    throw new Error("boom");
  });
  await serving(app, async (get) => {
    const errors = await loggedErrors(async () => {
      const http = await get("/http");
      assert.deepEqual([http.status, http.body], [403, "not you"]);
      const boom = await get("/boom");
      assert.deepEqual([boom.status, boom.body], [
        500,
        "Internal server error",
      ]);
    });
    assert.equal(errors.length, 1);
    assert.equal(String(errors[0]), "Error: boom");
  });
});

Deno.test("render() makes a document, with what <Head> holds", async () => {
  const app = new App().get("/", (ctx) =>
    ctx.render(
      <main>
        <Head>
          <title>T</title>
        </Head>
        a &amp; b
      </main>,
      { status: 201, headers: { "x-own": "1" } },
    ));
  await serving(app, async (get) => {
    const { status, headers, body } = await get("/");
    assert.equal(status, 201);
    assert.equal(headers.get("x-own"), "1");
    assert.equal(headers.get("content-type"), "text/html; charset=utf-8");
    assert.equal(
      body,
      '<!DOCTYPE html><html><head><meta charset="utf-8"/><title>T</title>' +
        "</head><body><main>a &amp; b</main></body></html>",
    );
  });
});

Deno.test("define infers the data of a page from its handlers", () => {
  const define = createDefine<{ user: string }>();
  const handler = define.handlers({
    GET: (ctx) => page({ name: ctx.state.user }),
    POST: () => new Response(),
  });
  const name = define.page<typeof handler>(({ data, state }) => {
    // @ts-expect-error there is no such data
    void data.other;
    return <p>{data.name satisfies string} {state.user}</p>;
  });
  assert.equal(typeof name, "function");
});

Deno.test("listen() says where, and a taken port is an error", async () => {
  const controller = new AbortController();
  const { promise, resolve } = Promise.withResolvers<number>();
  const app = new App().get("/", text("hi"));
  const options = { hostname: "127.0.0.1", signal: controller.signal };
  await app.listen({ ...options, onListen: ({ port }) => resolve(port) });
  const port = await promise;
  assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), "hi");
  await assert.rejects(app.listen({ ...options, port }), Deno.errors.AddrInUse);
  controller.abort();
});
