/**
 * What the service worker makes of what is pushed, in a real Chromium: delivered over the DevTools protocol, since without Google's service
 * Chromium gets no subscription. That messages go out as they should, and are read by a browser, is seen in Firefox.
 */

import assert from "node:assert/strict";
import { launch } from "../support/chromium.ts";
import { CALL, CHAT, Device, offer } from "../support/device.ts";
import type { CDPSession, Page } from "../support/packages.ts";
import { Person } from "../support/person.ts";
import { build, startProduct } from "../support/product.ts";
import { browserKeys, tokenOf, vapid, visitor } from "../support/push_scene.ts";
import { PushService } from "../support/push_service.ts";
import { until } from "../support/until.ts";

const RINGS = "Ada is calling";
const OTHER_CALL = "other-0123456789abcdef";

Deno.test("push: a Chromium whose page is closed shows what is true of a call, whatever was pushed, and when", async (t) => {
  await build();
  await using service = await PushService.start();
  await using product = await startProduct({ ...service.environment, ...await vapid() });
  const subscriber = await visitor(product.url, "Boris");
  await subscriber.post("/api/push", { endpoint: service.endpoint(), keys: await browserKeys() });
  using ada = await Device.open(product, "Ada");
  await using browser = await launch();
  await using boris = await Person.enter(browser);
  await boris.set(product.url, "notifications", "granted");
  await boris.comesAs({ cookie: `zvonok_session=${await tokenOf("Boris")}` }, `${product.url}/doctor`);
  const { page } = boris;
  const worker = await Worker.of(page, product.url);
  // A page that nobody calls on.
  await page.goto(`${product.url}/no-such-page`);
  const push = (state: string, callId = CALL) => worker.receives({ state, chatId: CHAT, callId, title: "Ada called" });
  const showing = (...titles: string[]) =>
    until(`shown: ${titles.join() || "nothing"}`, async () => (await shown(page)).join() === titles.join() || null);

  await t.step("[R21] it rings while the call does", async () => {
    ada.say({ type: "call:initiate", offer });
    await service.has(1);
    await push("ringing");
    await showing(RINGS);
  });

  await t.step("[R21] cancelled: a missed call, in its place", async () => {
    ada.say({ type: "call:end" });
    await service.has(2);
    await push("missed");
    await showing("Missed video call from Ada");
  });

  await t.step("[R21] the ring of a call that is over comes late: it is a missed call", async () => {
    await page.evaluate(closeAll);
    await push("ringing");
    await showing("Missed video call from Ada");
    await page.evaluate(closeAll);
  });

  await t.step("[R21] declined on another device: it vanishes", async () => {
    ada.say({ type: "call:initiate", callId: OTHER_CALL, offer });
    await service.has(3);
    await push("ringing", OTHER_CALL);
    await showing(RINGS);
    assert.equal((await subscriber.post(`/api/chats/${CHAT}/calls/${OTHER_CALL}/decline`)).status, 200);
    await push("over", OTHER_CALL);
    await showing();
  });

  await t.step("[R21] any push has what rings looked at anew: that it is over need not come", async () => {
    const [first, second] = ["first-0123456789abcdef", "second-0123456789abcdef"];
    ada.say({ type: "call:initiate", callId: first, offer });
    await service.has(5);
    await push("ringing", first);
    await showing(RINGS);
    ada.say({ type: "call:end", callId: first });
    ada.say({ type: "call:initiate", callId: second, media: "audio", offer });
    await service.has(7);
    await push("ringing", second);
    await showing(RINGS, "Missed video call from Ada");
    ada.say({ type: "call:end", callId: second });
    await page.evaluate(closeAll);
  });

  await t.step("[R21] it rings where a page is looked at that does not: one without a socket, say", async () => {
    const callId = "seen-0123456789abcdef";
    const { length } = service.pushed;
    await page.goto(`${product.url}/chat/of-others`);
    ada.say({ type: "call:initiate", callId, offer });
    await service.has(length + 1);
    await push("ringing", callId);
    await showing(RINGS);
    ada.say({ type: "call:end", callId });
    await page.evaluate(closeAll);
    await page.goto(`${product.url}/no-such-page`);
  });

  await t.step("somebody else signs in while it rings: nobody's call is shown to them any more", async () => {
    const callId = "else-0123456789abcdef";
    const { length } = service.pushed;
    ada.say({ type: "call:initiate", callId, offer });
    await service.has(length + 1);
    await push("ringing", callId);
    await showing(RINGS);
    await boris.comesAs({ cookie: `zvonok_session=${await tokenOf("Eve", ["chat-of-others"])}` }, page.url());
    await push("over", OTHER_CALL);
    await showing();
    await push("ringing", callId);
    await showing();
    ada.say({ type: "call:end", callId });
    await boris.comesAs({ cookie: `zvonok_session=${await tokenOf("Boris")}` }, page.url());
  });

  await t.step("where the server cannot be asked nothing rings, and it is said that somebody called", async () => {
    await product.halt();
    boris.loses(product.url);
    await push("ringing");
    await showing("Ada called");
    await product.resume();
  });
});

/** The titles of the notifications that the site shows, in alphabetical order. */
async function shown(page: Page): Promise<string[]> {
  return await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    return (await registration!.getNotifications()).map(({ title }) => title).sort();
  });
}

/** In the page: closes all that are shown. */
async function closeAll(): Promise<void> {
  for (const one of await (await navigator.serviceWorker.getRegistration())!.getNotifications()) one.close();
}

/** The site's service worker, as the DevTools protocol has it. */
class Worker {
  readonly #session: CDPSession;
  readonly #origin: string;
  readonly #registrationId: string;

  private constructor(session: CDPSession, origin: string, registrationId: string) {
    this.#session = session;
    this.#origin = origin;
    this.#registrationId = registrationId;
  }

  static async of(page: Page, origin: string): Promise<Worker> {
    const session = await page.createCDPSession();
    const registered = Promise.withResolvers<string>();
    session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations: [one] }) => {
      if (one) registered.resolve(one.registrationId);
    });
    await session.send("ServiceWorker.enable");
    await page.evaluate(async () => {
      await navigator.serviceWorker.register("/sw.js?lang=en");
      await navigator.serviceWorker.ready;
    });
    return new Worker(session, origin, await registered.promise);
  }

  async receives(data: object): Promise<void> {
    const [origin, registrationId] = [this.#origin, this.#registrationId];
    await this.#session.send("ServiceWorker.deliverPushMessage", {
      origin,
      registrationId,
      data: JSON.stringify(data),
    });
  }
}
