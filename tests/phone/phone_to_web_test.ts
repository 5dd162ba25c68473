/**
 * Calls between the phone's app and the web's page, with media: the app's own session, platform and call client, react-native-webrtc's own
 * JavaScript and libwebrtc on one side, a page of the product in Chromium on the other. What is not there of a phone is its screen, the
 * native code between libwebrtc and JavaScript, and its devices.
 */

import assert from "node:assert/strict";
import { launch } from "../support/chromium.ts";
import { Guest } from "../support/guest.ts";
import type { Browser } from "../support/packages.ts";
import { Person } from "../support/person.ts";
import { hasPhone, NOTHING_HELD, Phone } from "../support/phone.ts";
import { pressWhen, SOON_MS } from "../support/scene.ts";
import { build, type Product, startProduct } from "../support/product.ts";
import { heardReport } from "../support/quality_reports.ts";
import { until } from "../support/until.ts";

interface Scene {
  readonly product: Product;
  readonly chatId: string;
  /** At a page, who made the chat. */
  readonly ada: Person;
  /** With a phone. */
  readonly phone: Phone;
}

if (!hasPhone) console.warn("Calls with the phone's app are left out: `deno task mobile` installs what they need.");

/** A test with Ada at the chat's page, and somebody with a phone in it. Whatever happens, the page may report no error. */
function scene(name: string, run: (scene: Scene) => Promise<void>): void {
  Deno.test({ name: `phone: ${name}`, ignore: !hasPhone, fn: () => play(run) });
}

async function play(run: (scene: Scene) => Promise<void>): Promise<void> {
  await build();
  await using stack = new AsyncDisposableStack();
  const product = stack.use(await startProduct());
  const browser: Browser = stack.use(await launch());
  const ada = stack.use(await Person.enter(browser));
  const maker = await Guest.named(product.url, "Ada");
  const chatId = await maker.createChat();
  const phone = stack.use(await Phone.join(product.url, "Boris", chatId));
  await ada.comesAs(maker, `${product.url}/chat/${chatId}`);
  await ada.online();
  await run({ product, chatId, ada, phone });
  assert.deepEqual(ada.errors, []);
}

/** From the page's click until both are connected, and see and hear each other. */
async function connect({ ada, phone }: Scene): Promise<void> {
  await ada.click("Video call");
  await phone.isIn("incoming");
  await phone.act("accept", "video");
  await connected({ ada, phone });
}

async function connected({ ada, phone }: Pick<Scene, "ada" | "phone">): Promise<void> {
  await Promise.all([phone.isIn("connected"), ada.hears("Connected")]);
  for (const kind of ["framesDecoded", "audioEnergy"] as const) {
    await Promise.all([phone.receives(kind), ada.receives(kind)]);
  }
}

/** After a call: nothing is left open on either side. */
async function left({ ada, phone }: Pick<Scene, "ada" | "phone">): Promise<void> {
  await phone.isIn("ended");
  await until("the phone lets go of everything", async () => {
    assert.deepEqual(await phone.held(), NOTHING_HELD);
    return true;
  });
  await until("the page lets go of everything", async () => {
    assert.deepEqual(await ada.open(), { connections: 0, tracks: 0 });
    return true;
  });
}

scene("it calls the page and is called by it, and nothing native is left after either", async (all) => {
  const { chatId, ada, phone } = all;
  await phone.act("call", chatId, "video");
  await phone.isIn("ringing");
  await ada.click("Accept");
  await connected(all);
  await phone.act("hangUp");
  await ada.hears("Call ended");
  await left(all);

  await connect(all);
  await phone.is("the phone says how it goes", ({ isRated }) => isRated);
  await until("what the phone perceives", () => ada.page.evaluate(heardReport));
  await ada.click("Hang up");
  await left(all);
});

scene("a call is declined, cancelled and missed, on either side", async ({ chatId, ada, phone }) => {
  const ended = (outcome: string) => phone.is(`the call ended: ${outcome}`, (state) => state.outcome === outcome);
  await ada.click("Video call");
  await phone.isIn("incoming");
  await phone.act("decline");
  await ada.hears("Call ended. Boris declined the call.");
  await ended("declined");

  await ada.click("Call again");
  await phone.isIn("incoming");
  await ada.click("Cancel");
  await ended("cancelled");
  await phone.is("the missed call is there", ({ missed }) => missed === 1);

  await phone.act("call", chatId, "audio");
  await ada.click("Decline");
  await ended("declined");
  await phone.act("call", chatId, "audio");
  await phone.isIn("ringing");
  await phone.act("hangUp");
  await ada.reads("Missed call from Boris");
  await left({ ada, phone });
});

scene("mute, camera off and on, its other side, and the same digits on both", async (all) => {
  const { ada, phone } = all;
  await connect(all);
  await phone.act("setMicrophone", false);
  await ada.reads("Microphone is off");
  await phone.act("setMicrophone", true);
  await ada.receives("audioEnergy");

  await phone.act("setCamera", false);
  await ada.reads("Camera is off");
  await until("the camera's native track is released", async () => (await phone.held()).tracks === 1);
  await phone.act("setCamera", true);
  await ada.receives("framesDecoded");
  await until("the front camera is seen", () => isBright(ada));
  await phone.act("switchCamera");
  await until("the back camera is seen", async () => !await isBright(ada));
  await until("the front camera's native track is released", async () => (await phone.held()).tracks === 2);
  await phone.act("switchCamera");
  await until("the front camera is seen", () => isBright(ada));

  await ada.click("Turn camera off");
  await phone.is("the page's camera is off", ({ remote }) => !remote.video);
  await ada.click("Turn camera on");
  await phone.is("the page's camera is on", ({ remote }) => remote.video);
  await phone.receives("framesDecoded");

  await ada.click("Settings");
  const digits = await until("the page shows digits", () =>
    ada.page.evaluate(() => {
      const groups = [...document.querySelectorAll(".digits [aria-hidden]")].map((group) => group.textContent);
      return groups.length === 6 && groups.join(" ");
    }));
  assert.equal(await phone.digits(), digits);
  await phone.act("hangUp");
  await left(all);
});

scene("calls for the voice alone, with the cameras turned on in them, one after the other and at once", async (all) => {
  const { ada, phone } = all;
  const talk = async (by: string) => {
    await ada.click(by);
    await phone.isIn("incoming");
    await phone.act("accept", "audio");
    await Promise.all([phone.isIn("connected"), ada.hears("Connected")]);
    await Promise.all([phone.receives("audioEnergy"), ada.receives("audioEnergy")]);
  };
  await talk("Audio call");
  await phone.act("setCamera", true);
  await ada.receives("framesDecoded");
  await ada.click("Turn camera on");
  await phone.receives("framesDecoded");
  await phone.act("hangUp");
  await left(all);

  await talk("Call again");
  await Promise.all([phone.act("setCamera", true), ada.click("Turn camera on")]);
  await Promise.all([phone.receives("framesDecoded"), ada.receives("framesDecoded")]);
  await phone.act("hangUp");
  await left(all);
});

scene("the page's screen beside its camera", async (all) => {
  const { ada, phone } = all;
  await connect(all);
  await ada.click("Share screen");
  await phone.is("the screen is there", ({ remote }) => remote.screen && remote.hasScreen);
  await phone.receives("framesDecoded");
  await ada.click("Stop sharing");
  await phone.is("the screen is gone", ({ remote }) => !remote.screen);
  await phone.act("hangUp");
  await left(all);
});

scene("a call outlives a reload of the page, another network of the phone, and a server that dies", async (all) => {
  const { product, ada, phone } = all;
  await connect(all);
  await ada.page.reload();
  await connected(all);

  const before = await ada.negotiations();
  await phone.changeNetwork("CELLULAR");
  await until("ICE is restarted", async () => await ada.negotiations() > before);
  await connected(all);

  ada.loses(product.url);
  await product.crash();
  await phone.is("the phone is back at the server", ({ signaling, online }) => signaling === "open" && online === 2);
  await connected(all);
  await phone.act("hangUp");
  await left(all);
});

scene("an app that its system ended takes the call up again when it is started", async (all) => {
  const { phone } = all;
  await connect(all);
  await phone.kill();
  await phone.start();
  await connected(all);
  await phone.act("hangUp");
  await left(all);
});

scene(
  "where the camera is refused when the phone asks, a video call is made with the voice alone, and says so",
  async (all) => {
    const { chatId, ada, phone } = all;
    await phone.deny("camera", true);
    await phone.act("call", chatId, "video");
    await ada.click("Accept");
    await Promise.all([phone.isIn("connected"), ada.hears("Connected")]);
    await ada.receives("audioEnergy");
    await phone.is("the phone says why", ({ problem, local }) => problem?.camera === "denied" && local.microphone);
    await phone.deny("camera", false);
    await phone.act("retry");
    await ada.receives("framesDecoded");
    await phone.act("hangUp");
    await left(all);
  },
);

scene("both call at once: one call comes of it", async (all) => {
  const { chatId, ada, phone } = all;
  const button = await ada.sees("button", "Video call");
  const at = Date.now() + SOON_MS;
  await Promise.all([pressWhen(at, button), phone.actAt(at, "call", chatId, "video")]);
  await connected(all);
  await phone.act("hangUp");
  await left(all);
});

/** Whether the page shows the bright picture of the phone's front camera, and not the dark one of its back camera. */
async function isBright({ page }: Person): Promise<boolean> {
  return await page.evaluate(() => {
    const video = document.querySelector<HTMLVideoElement>('video[aria-label="Remote video"]')!;
    const canvas = new OffscreenCanvas(1, 1);
    const context = canvas.getContext("2d")!;
    context.drawImage(video, 0, 0, 1, 1);
    return context.getImageData(0, 0, 1, 1).data[1]! > 130;
  });
}
