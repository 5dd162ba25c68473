import assert from "node:assert/strict";
import { App, csp } from "./mod.ts";
import { serving } from "./testdata/serve.ts";

const HEADER = "content-security-policy";

Deno.test("csp() sends defaults, replaced by name", async () => {
  const app = new App()
    .use(csp({ csp: ["img-src *", "upgrade-insecure-requests", "x-new 'self'"] }))
    .get("/", (ctx) => ctx.text(""));
  await serving(app, async (get) => {
    assert.equal(
      (await get("/")).headers.get(HEADER),
      "default-src 'self'; script-src 'self' 'unsafe-inline'; " +
        "style-src 'self' 'unsafe-inline'; font-src 'self'; " +
        "media-src 'self' data: blob:; worker-src 'self' blob:; " +
        "connect-src 'self'; object-src 'none'; base-uri 'self'; " +
        "form-action 'self'; frame-ancestors 'none'; img-src *; " +
        "upgrade-insecure-requests; x-new 'self'",
    );
  });
});

Deno.test("csp() allows the nonce of a rendered page, new each time", async () => {
  const app = new App()
    .use(csp({ useNonce: true }))
    .get("/", (ctx) => ctx.render(<style>b</style>))
    .get("/text", (ctx) => ctx.text(""));
  await serving(app, async (get) => {
    const { body, headers } = await get("/");
    const nonce = /nonce="(\w+)"/.exec(body)![1]!;
    const policy = headers.get(HEADER)!;
    assert(policy.includes(`script-src 'self' 'nonce-${nonce}';`));
    assert(policy.includes(`style-src 'self' 'nonce-${nonce}';`));
    assert(!policy.includes("unsafe-inline"));
    assert(!(await get("/")).body.includes(nonce));
    const plain = (await get("/text")).headers.get(HEADER)!;
    assert(plain.includes("script-src 'self' 'unsafe-inline'"));
  });
});

Deno.test("csp({ reportOnly }) only reports", async () => {
  const app = new App().use(csp({ reportOnly: true }))
    .get("/", (ctx) => ctx.text(""));
  await serving(app, async (get) => {
    const { headers } = await get("/");
    assert(headers.has("content-security-policy-report-only"));
    assert(!headers.has(HEADER));
  });
});
