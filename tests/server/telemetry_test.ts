/** OpenTelemetry, as Deno itself has it (`OTEL_DENO=true`): what a real process exports to a collector, and what it does not. */

import assert from "node:assert/strict";
import { SignJWT } from "jose";
import { answer, CHAT, Device, offer } from "../support/device.ts";
import { Guest } from "../support/guest.ts";
import { build, SECRET, startProduct } from "../support/product.ts";
import { until } from "../support/until.ts";

const JWT_SECRET = "what only the two servers know";

/** What OTLP/HTTP has in common, as JSON: attributes of this form. */
interface Exported {
  readonly name?: string;
  readonly body?: { readonly stringValue: string };
  readonly severityText?: string;
  readonly traceId: string;
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
}

/** A collector that takes OTLP over HTTP, as JSON. */
class Collector implements AsyncDisposable {
  readonly texts: string[] = [];
  readonly #http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (req) => {
    this.texts.push(`${new URL(req.url).pathname}\n${await req.text()}`);
    return Response.json({});
  });

  get url(): string {
    return `http://127.0.0.1:${this.#http.addr.port}`;
  }

  /** All spans, or all lines of the log, that came so far. */
  of(path: "/v1/traces" | "/v1/logs"): Exported[] {
    return this.texts.filter((text) => text.startsWith(`${path}\n`)).flatMap((text) => {
      const { resourceSpans = [], resourceLogs = [] } = JSON.parse(text.slice(path.length));
      // deno-lint-ignore no-explicit-any
      return [...resourceSpans, ...resourceLogs].flatMap((one: any) => one.scopeSpans ?? one.scopeLogs)
        // deno-lint-ignore no-explicit-any
        .flatMap((scope: any) => scope.spans ?? scope.logRecords);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#http.shutdown();
  }
}

const attribute = ({ attributes }: Exported, name: string) =>
  attributes.find(({ key }) => key === name)?.value.stringValue;

Deno.test({
  name: "telemetry: requests are spans and the log comes along, without tokens, keys and descriptions",
  // Sockets of a server that left close in their own time.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await build();
    await using collector = new Collector();
    const product = await startProduct({
      LOG: "json",
      JWT_SECRET,
      OTEL_DENO: "true",
      OTEL_SERVICE_NAME: "zvonok",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: "100",
      OTEL_BLRP_SCHEDULE_DELAY: "100",
    });
    const token = await new SignJWT({ name: "Ada", chats: ["project-x"] }).setProtectedHeader({ alg: "HS256" })
      .setSubject("ada").setExpirationTime("1h").sign(new TextEncoder().encode(JWT_SECRET));
    const framed = { "sec-fetch-dest": "iframe", "sec-fetch-site": "cross-site" };
    const ada = new Guest(product.url);
    const form = new URLSearchParams({ chat: "project-x", token });
    const entered = await ada.ask("POST", "/enter", form, framed);
    const to = new URL(entered.headers.get("location")!, product.url);
    assert.equal((await new Guest(product.url).get(to.pathname + to.search, framed)).status, 200);
    assert.equal((await ada.get("/api/session", { authorization: `Bearer ${token}x` })).status, 401);
    {
      using ann = await Device.open(product, "ann");
      using bob = await Device.open(product, "bob");
      ann.say({ type: "call:initiate", offer });
      await bob.hears("call:offer");
      bob.say({ type: "call:answer", answer });
      await ann.hears("call:answer");
      ann.say({ type: "call:end" });
      await bob.hears("call:end");
    }
    await product[Symbol.asyncDispose]();
    const spans = await until("the spans are there", () => {
      const found = collector.of("/v1/traces");
      return Promise.resolve(found.filter((span) => attribute(span, "url.path") === "/signal").length === 2 && found);
    });
    const seen = spans.map((span) => `${span.name} ${attribute(span, "url.path")} ${attribute(span, "url.query")}`);
    assert.ok(seen.includes("POST /enter "), seen.join("\n"));
    assert.ok(seen.includes("GET /chat/project-x entry"), seen.join("\n"));
    assert.ok(seen.includes("GET /signal device=laptop&page=page&protocol=2"), seen.join("\n"));
    const lines = await until("the log is there to its end", () => {
      const found = collector.of("/v1/logs").map(({ body, ...rest }) => ({ ...rest, text: body!.stringValue }));
      return Promise.resolve(found.some(({ text }) => text.includes(`"event":"left"`)) && found);
    });
    const ended = lines.find(({ text }) => text.includes(`"event":"call-ended"`))!;
    assert.equal(JSON.parse(ended.text).outcome, "hangup");
    const refused = lines.find(({ text }) => text.includes(`"event":"token-refused"`))!;
    assert.ok(spans.some(({ traceId }) => traceId === refused.traceId), "a line is of the request that it came of");
    const everything = collector.texts.join("\n");
    for (const secret of [token, to.hash.slice(1), SECRET, JWT_SECRET, CHAT, "v=0", "candidate:", "Ada", "eyJ"]) {
      assert.ok(!everything.includes(secret), secret);
    }
  },
});
