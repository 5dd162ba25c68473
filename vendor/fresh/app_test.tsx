import assert from "node:assert/strict";
import { build } from "./build.ts";
import { App, createDefine, csp, HttpError, type Middleware, page } from "./mod.ts";
import { Head } from "./runtime.ts";
import { loggedErrors, serving } from "./testdata/serve.ts";

const text = (body: string): Middleware<unknown> => (ctx) => ctx.text(body);

/** Stands for `routes/` with these modules. */
function withRoutes(app: App<unknown>, modules: Record<string, Record<string, unknown>>) {
  build.routes = new Map(Object.entries(modules));
  return app.fsRoutes().handler();
}

Deno.test("get() answers GET, HEAD and OPTIONS, and 405 to the rest", async () => {
  const app = new App().get("/a", text("a"));
  await serving(app.handler(), async (get) => {
    assert.equal((await get("/a")).body, "a");
    const head = await get("/a", { method: "HEAD" });
    assert.deepEqual([head.status, head.body], [200, ""]);
    const options = await get("/a", { method: "OPTIONS" });
    assert.deepEqual([options.status, options.headers.get("allow")], [204, "GET"]);
    for (const method of ["POST", "PUT"]) {
      const refused = await get("/a", { method });
      assert.deepEqual([refused.status, refused.body], [405, "Method Not Allowed"]);
    }
  });
});

Deno.test("an unknown path is a plain 404", async () => {
  await serving(new App().handler(), async (get) => {
    const { status, body } = await get("/none");
    assert.deepEqual([status, body], [404, "Not Found"]);
  });
});

Deno.test("params keep what decodeURI keeps; broken ones are a 500 past the error page", async () => {
  const handler = withRoutes(new App(), {
    "/room/[id]": { handler: (ctx: { params: unknown }) => Response.json(ctx.params) },
    "/_error": { handler: text("error page") },
  });
  await serving(handler, async (get) => {
    assert.equal((await get("/room/%C3%BC%2F%40")).body, '{"id":"ü%2F%40"}');
    await loggedErrors(async () => {
      const broken = await get("/room/%ff");
      assert.equal(broken.status, 500);
      assert.notEqual(broken.body, "error page");
    });
  });
});

Deno.test("static paths win over patterns, with or without a last slash", async () => {
  const app = new App().get("/:x", text("pattern")).get("/a", text("static"));
  await serving(app.handler(), async (get) => {
    assert.equal((await get("/a")).body, "static");
    assert.equal((await get("/a/")).body, "static");
    assert.equal((await get("/b")).body, "pattern");
  });
});

Deno.test("slashes collapse", async () => {
  const app = new App().get("/a/b", (ctx) => ctx.text(ctx.url.pathname));
  await serving(app.handler(), async (get) => assert.equal((await get("//a///b")).body, "/a/b"));
});

Deno.test("middlewares run in order, for later routes only", async () => {
  const tag = (name: string): Middleware<{ tags?: string[] }> => (ctx) => {
    (ctx.state.tags ??= []).push(name);
    return ctx.next();
  };
  const show: Middleware<unknown> = (ctx) => Response.json(ctx.state);
  const app = new App<{ tags?: string[] }>()
    .get("/early", show)
    .use(tag("1"), tag("2"))
    .get("/late", tag("own"), show);
  await serving(app.handler(), async (get) => {
    assert.equal((await get("/early")).body, "{}");
    assert.equal((await get("/late")).body, '{"tags":["1","2","own"]}');
  });
});

Deno.test("uncaught errors are logged, HttpErrors below 500 are not", async () => {
  const app = new App().get("/http", () => {
    throw new HttpError(403, "not you");
  }).get("/boom", () => {
    throw new Error("boom");
  });
  await serving(app.handler(), async (get) => {
    const errors = await loggedErrors(async () => {
      const http = await get("/http");
      assert.deepEqual([http.status, http.body], [403, "not you"]);
      const boom = await get("/boom");
      assert.deepEqual([boom.status, boom.body], [500, "Internal server error"]);
    });
    assert.deepEqual(errors.map(String), ["Error: boom"]);
  });
});

Deno.test("a page without _app gets a document, with what <Head> holds", async () => {
  const handler = withRoutes(new App(), {
    "/index": {
      handler: () => page(undefined, { status: 201, headers: { "x-own": "1" } }),
      default: () => (
        <main>
          <Head>
            <title>T</title>
          </Head>
          a &amp; b
        </main>
      ),
    },
  });
  await serving(handler, async (get) => {
    const { status, headers, body } = await get("/");
    assert.deepEqual([status, headers.get("x-own")], [201, "1"]);
    assert.equal(headers.get("content-type"), "text/html; charset=utf-8");
    assert.equal(
      body,
      '<!DOCTYPE html><html><head><meta charset="utf-8"/><title>T</title>' +
        "</head><body><main>a &amp; b</main></body></html>",
    );
  });
});

Deno.test.each([
  ["/", "/", "page"],
  ["/a/b", "/", "true"],
  ["/a/b", "/a", "true"],
  ["/a/b", "/a/b/", "page"],
  ["/a/b?x=1", "/a/b", "page"],
  ["/a/b?x=1", "/a/b?x=1", "page"],
  ["/a/b", "/a/b?x=1", "true"],
  ["/a/b", "/a/bc", null],
  ["/a/b", "https://a.example/", null],
])("on %s, a link to %s is current: %s", async (path, href, expected) => {
  const handler = withRoutes(new App(), {
    "/index": { default: () => <a href={href}>link</a> },
    "/a/b": { default: () => <a href={href}>link</a> },
  });
  await serving(handler, async (get) => {
    const { body } = await get(path);
    assert.equal(/ aria-current="(\w+)"/.exec(body)?.[1] ?? null, expected);
    const mark = expected === "page" ? "data-current" : "data-ancestor";
    assert.equal(/ (data-(?:current|ancestor))="true"/.exec(body)?.[1] ?? null, expected && mark);
  });
});

Deno.test("a link that says itself whether it is current is left alone", async () => {
  const handler = withRoutes(new App(), { "/index": { default: () => <a href="/" aria-current="false">link</a> } });
  await serving(handler, async (get) => {
    assert((await get("/")).body.includes('<a href="/" aria-current="false">link</a>'));
  });
});

Deno.test("csp() allows the nonce of a rendered page, new each time", async () => {
  const app = new App().use(csp({ useNonce: true })).get("/text", text(""));
  const handler = withRoutes(app, { "/index": { default: () => <style>b</style> } });
  await serving(handler, async (get) => {
    const { body, headers } = await get("/");
    const nonce = /nonce="(\w+)"/.exec(body)![1]!;
    assert.equal(
      headers.get("content-security-policy"),
      `default-src 'self'; script-src 'self' 'nonce-${nonce}'; style-src 'self' 'nonce-${nonce}'; font-src 'self'; ` +
        "img-src 'self' data:; media-src 'self' data: blob:; worker-src 'self' blob:; connect-src 'self'; " +
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; upgrade-insecure-requests",
    );
    assert(!(await get("/")).body.includes(nonce));
    const plain = (await get("/text")).headers.get("content-security-policy")!;
    assert(plain.includes("script-src 'self' 'unsafe-inline'"));
  });
});

Deno.test("csp() takes directives in place of its own, or beside them", async () => {
  const given = ["connect-src 'self' ws://a.example", "script-src 'unsafe-inline'", "manifest-src 'none'"];
  const app = new App().use(csp({ useNonce: true, csp: given })).get("/text", text(""));
  await serving(app.handler(), async (get) => {
    const policy = (await get("/text")).headers.get("content-security-policy")!.split("; ");
    for (const directive of [...given, "default-src 'self'"]) assert(policy.includes(directive), directive);
    assert.equal(policy.filter((directive) => directive.startsWith("connect-src")).length, 1);
  });
});

Deno.test.each([
  ["/[...rest]"],
  ["/[[id]]"],
  ["/(group)/page"],
  ["/_layout"],
  ["/deep/_middleware"],
  ["/deep/_error"],
])("a route file that is left out is an error: routes%s", (id) => {
  assert.throws(() => withRoutes(new App(), { [id]: { default: () => null } }), /README/);
});

Deno.test("a route file without a page or a handler is an error", () => {
  assert.throws(() => withRoutes(new App(), { "/empty": {} }), /routes\/empty/);
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

Deno.test("HttpError is an Error with a status", () => {
  const error = new HttpError(404, "gone fishing", { cause: 1 });
  assert(error instanceof Error);
  assert.deepEqual([error.name, error.status, error.message, error.cause], ["HttpError", 404, "gone fishing", 1]);
});
