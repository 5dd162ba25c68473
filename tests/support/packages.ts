/**
 * The packages that only tests use. Not in deno.json: `deno task start` would install them too, which triples the time of a
 * first start. They are locked in tests/deno.lock.
 */

export { default as fc } from "npm:fast-check@4.10.2";
export {
  type Browser,
  type BrowserContext,
  default as puppeteer,
  type ElementHandle,
  type Frame,
  type Page,
} from "npm:puppeteer-core@25.16.0";
export * as werift from "npm:werift@0.25.2";
export { Webhook as StandardWebhook } from "npm:standardwebhooks@1.1.1";

/** What the product's scripts are bundled with. Its service process, and its worker thread, would outlive a test: it gets none. */
export function esbuild() {
  Deno.env.set("ESBUILD_WORKER_THREADS", "0");
  // deno-lint-ignore no-import-prefix -- as the others here
  return import("npm:esbuild@0.28.2");
}
