/**
 * Calls to somebody whose page is closed, in a real Firefox that a push service of the tests' own reaches. One test, since Firefox is
 * slow to start: its steps are calls of the same two people.
 */

import assert from "node:assert/strict";
import { answer, CHAT, Device } from "../support/device.ts";
import { findFirefox, launchFirefox } from "../support/firefox.ts";
import { Notifications } from "../support/notifications.ts";
import type { Page } from "../support/packages.ts";
import { Person } from "../support/person.ts";
import { build, startProduct } from "../support/product.ts";
import { makeOffer, tokenOf, vapid } from "../support/push_scene.ts";
import { PushService } from "../support/push_service.ts";
import { canCall, named, press, there, until } from "../support/until.ts";

const RINGS = "Ada is calling";
const MISSED = "Missed video call from Ada";
const SWITCH = "Notify me of calls while this page is hidden or closed";

/** Ada at a device without a page; each call has an id of its own. */
class Caller {
  readonly #device: Device;
  readonly #offer: object;
  #calls = 0;

  constructor(device: Device, offer: object) {
    this.#device = device;
    this.#offer = offer;
  }

  get callId(): string {
    return `call-0123456789-${this.#calls}`;
  }

  calls(): void {
    this.#calls++;
    this.#device.say({ type: "call:initiate", callId: this.callId, offer: this.#offer });
  }

  hangsUp(): void {
    this.#device.say({ type: "call:end", callId: this.callId });
  }

  /** Waits for what is said of the latest call; gives its reason or code. */
  async hears(type: "call:answer" | "call:rejected" | "call:error" | "call:ringing"): Promise<string> {
    const found = await until(
      type,
      () => Promise.resolve(this.#device.of(type).find((one) => one.callId === this.callId)),
    );
    return "reason" in found ? found.reason : "code" in found ? found.code : "";
  }

  get isRefused(): boolean {
    return this.#device.of("call:error").some(({ callId }) => callId === this.callId);
  }

  get isToldThatItRings(): boolean {
    return this.#device.of("call:ringing").some(({ callId }) => callId === this.callId);
  }
}

Deno.test({
  name: "push: somebody whose page is closed is called, in Firefox",
  ignore: findFirefox() === null && !Deno.env.has("CI"),
  async fn(t) {
    await build();
    await using service = await PushService.start();
    await using product = await startProduct({ ...service.environment, ...await vapid(), GRACE_MS: "500" });
    await using browser = await launchFirefox({ preferences: service.preferences, system: true });
    const notifications = await Notifications.of(browser);
    using device = await Device.open(product, "Ada");
    await using boris = await Person.enter(browser);
    await boris.set(product.url, "notifications", "granted");
    const chat = `${product.url}/chat/${CHAT}`;
    // A window that looks on, of a page that nobody calls on.
    const onlooker = await boris.anotherWindow();
    await onlooker.goto(`${product.url}/no-such-page`);
    const ada = new Caller(device, await onlooker.evaluate(makeOffer));
    const titles = async () => (await notifications.shown()).map(({ title }) => title).join();
    const showing = (title: string) => until(`"${title}" is shown`, async () => await titles() === title || null);
    const nothing = () => until("nothing is shown", async () => await titles() === "" || null);
    /** The page that a notification opened. */
    const opened = () => until("a page", async () => (await boris.pages()).find((page) => page.url().startsWith(chat)));

    await t.step("the switch in the settings subscribes; the page is closed", async () => {
      await boris.comesAs({ cookie: `zvonok_session=${await tokenOf("Boris")}` }, chat);
      await boris.online();
      await boris.click("Settings");
      // It is on already, as far as this browser was asked: so off and on.
      for (const _ of [1, 2]) await (await boris.sees("checkbox", SWITCH)).click();
      await until("a subscription", () => isSubscribed(boris.page));
      await leave(boris.page);
    });
    const before = service.pushed.length;

    await t.step("[R21] it rings, with what one can do, and the caller is not told that it rings", async () => {
      ada.calls();
      await showing(RINGS);
      assert.deepEqual((await notifications.shown())[0]!.actions, ["Accept", "Decline"]);
      assert.ok(!ada.isToldThatItRings);
      const [{ ttl, urgency, status }] = service.pushed.slice(before) as [typeof service.pushed[number]];
      assert.ok(ttl > 25 && ttl <= 30, `${ttl}`);
      assert.deepEqual({ urgency, status }, { urgency: "high", status: 201 });
    });

    await t.step("[R21] cancelled: it is a missed call, in the place of what rang", async () => {
      ada.hangsUp();
      await showing(MISSED);
      const [ring, missed] = service.pushed.slice(before);
      assert.equal(ring!.topic, missed!.topic);
      assert.equal(service.pushed.length, before + 2, "one message for each state");
      await notifications.click(MISSED);
      await leave(await opened());
      await nothing();
    });

    await t.step("[R21] a message that is late, of a call that is over, rings nobody", async () => {
      const before = await notifications.count();
      const seen = new Set<string>();
      const { length } = service.pushed;
      service.nextDelayMs = 1_000;
      ada.calls();
      await service.has(length + 1);
      ada.hangsUp();
      await until("what comes of the missed call, and of the ring behind it", async () => {
        seen.add(await titles());
        return await notifications.count() === before + 2;
      });
      seen.delete("");
      assert.deepEqual([...seen], [MISSED]);
      await notifications.click(MISSED);
      await leave(await opened());
    });

    await t.step("[R5] answered elsewhere, it rings no more, and nothing is left", async () => {
      using laptop = await Device.open(product, "Boris");
      ada.calls();
      await showing(RINGS);
      laptop.say({ type: "call:answer", callId: ada.callId, answer });
      await ada.hears("call:answer");
      await nothing();
      ada.hangsUp();
    });
    await until("that device is forgotten", () => isOffline(device));

    await t.step("[R8, R21] declined in the notification, without any page", async () => {
      const { length: pages } = await boris.pages();
      ada.calls();
      await showing(RINGS);
      await notifications.click(RINGS, "Decline");
      assert.equal(await ada.hears("call:rejected"), "declined");
      await nothing();
      assert.equal((await boris.pages()).length, pages);
    });

    await t.step("[R21] accepted in the notification: the chat opens and takes the call, once", async () => {
      ada.calls();
      await showing(RINGS);
      await notifications.click(RINGS, "Accept");
      await ada.hears("call:answer");
      const page = await opened();
      assert.equal(new URL(page.url()).hash, "");
      ada.hangsUp();
      await leave(page);
    });

    await t.step("[R21] the text of the notification opens the chat, where it rings for the time left", async () => {
      ada.calls();
      await showing(RINGS);
      await notifications.click(RINGS);
      await ada.hears("call:ringing");
      const page = await opened();
      await there(page, named("button", "Accept"));
      ada.hangsUp();
      await service.has(service.pushed.length + 1);
      await leave(page);
    });

    await t.step("a browser that is given another subscription tells the server of it by itself", async () => {
      await notifications.dismiss();
      const old = service.registered.at(-1)!;
      service.forgetBrowsers();
      await until("another subscription", () => Promise.resolve(service.registered.at(-1) !== old));
      // The server is told of it a moment later.
      await until("a call that is told there", async () => {
        ada.calls();
        await until("what came of it", () => Promise.resolve(service.pushed.at(-1)!.status === 201 || ada.isRefused));
        // Not too often (R18).
        if (ada.isRefused) await new Promise((resolve) => setTimeout(resolve, 1_000));
        return !ada.isRefused;
      });
      await showing(RINGS);
      assert.equal(service.pushed.at(-1)!.channel, service.registered.at(-1));
      ada.hangsUp();
      await showing(MISSED);
    });

    await t.step("[R21] a subscription that is no more is forgotten, and its person is not there", async () => {
      service.expireAll();
      ada.calls();
      assert.equal(await ada.hears("call:error"), "USER_OFFLINE");
      assert.equal(service.pushed.at(-1)!.status, 410);
      const { length } = service.pushed;
      ada.calls();
      assert.equal(await ada.hears("call:error"), "USER_OFFLINE");
      assert.equal(service.pushed.length, length);
    });

    await t.step("the switch turned off unsubscribes, here and at the server", async () => {
      const page = await boris.anotherWindow();
      await page.goto(chat);
      await canCall(page);
      await press(page, "Settings");
      const box = await there(page, named("checkbox", SWITCH));
      for (const isOn of [false, true, false]) {
        await box.click();
        await until(`subscribed: ${isOn}`, async () => await isSubscribed(page) === isOn);
      }
      await leave(page);
      ada.calls();
      assert.equal(await ada.hears("call:error"), "USER_OFFLINE");
    });

    assert.deepEqual(boris.errors, []);

    /** Closes a page of the chat; its person is offline once its grace is over. */
    async function leave(page: Page): Promise<void> {
      await page.close();
      await until("nobody is there", () => isOffline(device));
    }
  },
});

/** Whether Boris has no device, as Ada's device is told. */
async function isOffline(device: Device): Promise<boolean> {
  const { length } = device.of("chat:state");
  device.say({ type: "chat:watch", callId: undefined });
  await device.hears("chat:state", "the chat's state", length + 1);
  return device.of("chat:state").at(-1)!.members.some(({ id, online }) => id === "Boris" && !online);
}

async function isSubscribed(page: Page): Promise<boolean> {
  return await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    return await registration?.pushManager.getSubscription() != null;
  });
}
