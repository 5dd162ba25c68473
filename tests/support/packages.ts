/**
 * The packages that only tests use. Not in deno.json: `deno task start` would install them too, which triples the time of a
 * first start. They are locked in tests/deno.lock.
 */

export { default as axe } from "npm:axe-core@4.14.1";
export { default as fc } from "npm:fast-check@4.10.2";
export {
  type Browser,
  type BrowserContext,
  type CDPSession,
  default as puppeteer,
  type ElementHandle,
  type Frame,
  type Page,
} from "npm:puppeteer-core@25.16.0";
export * as werift from "npm:werift@0.25.2";
export { Webhook as StandardWebhook } from "npm:standardwebhooks@1.1.1";
