/**
 * It rings at once, whatever the camera takes: with permission given already, and with the answer to the question where it is asked
 * first. In a real Chromium, whose devices open when the test lets them.
 */

import assert from "node:assert/strict";
import type { Person } from "../support/person.ts";
import { play, pressAtOnce, type Scene } from "../support/scene.ts";
import { gone, there, until } from "../support/until.ts";

const DEVICES = ["camera", "microphone"] as const;

/** Ada, whose devices take their time, and Boris, who are asked nothing. */
function test(name: string, run: (stage: Scene) => Promise<void>): void {
  const prepare = async ({ ada }: Pick<Scene, "ada">) => void await ada.page.evaluateOnNewDocument(slowDevices);
  Deno.test(`ring: ${name}`, () => play(run, { devices: "ask", prepare }));
}

/** What `slowDevices` leaves on the page. */
interface Slow {
  /** Devices open, those that are asked for and those that will be. */
  open(): void;
  /** The name of the error that they fail with then. */
  failure: string | null;
  /** Requests for devices. */
  asked: number;
  opened: number;
  /** When the last call button was pressed and when the last `call:initiate` went out, in ms. */
  clicked: number;
  initiated: number;
}

/** Holds back what `getUserMedia` gives, counts, and takes times. */
function slowDevices(): void {
  const gate = Promise.withResolvers<void>();
  const slow: Slow = { open: gate.resolve, failure: null, asked: 0, opened: 0, clicked: 0, initiated: 0 };
  Object.assign(globalThis, { slow });
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    slow.asked++;
    await gate.promise;
    if (slow.failure !== null) throw new DOMException("Could not start video source", slow.failure);
    const stream = await open(constraints);
    slow.opened++;
    return stream;
  };
  addEventListener("click", () => slow.clicked = performance.now(), true);
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    if (String(data).includes('"call:initiate"')) slow.initiated = performance.now();
    return send.call(this, data);
  };
}

const slow = ({ page }: Person) =>
  page.evaluate(() => ({ ...(globalThis as unknown as { slow: Slow }).slow, open: undefined }));

const set = ({ page }: Person, change: Partial<Slow>) =>
  page.evaluate((change) => void Object.assign((globalThis as unknown as { slow: Slow }).slow, change), change);

const openDevices = ({ page }: Person) => page.evaluate(() => (globalThis as unknown as { slow: Slow }).slow.open());

async function connected({ ada, boris }: Scene): Promise<void> {
  await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
}

test("permission given: the call goes out before the camera is open, and its tracks follow", async (stage) => {
  const { ada, boris } = stage;
  const took: number[] = [];
  for (const hasOpened of [false, true]) {
    await ada.click("Video call");
    await boris.sees("button", "Accept");
    const { clicked, initiated, opened } = await slow(ada);
    took.push(Math.round(initiated - clicked));
    if (!hasOpened) assert.equal(opened, 0, "it rings before anything is open");
    await boris.click("Accept");
    await connected(stage);
    const negotiations = await ada.negotiations();
    await openDevices(ada);
    await Promise.all([boris.receives("framesDecoded"), boris.receives("audioEnergy")]);
    await there(ada.page, 'video[aria-label="Local video"]');
    assert.equal(await ada.negotiations(), negotiations, "nothing was negotiated for the tracks");
    await ada.click("Hang up");
    await boris.hears("Call ended");
    await ada.click("Close");
    await boris.click("Close");
  }
  console.log(
    `from the click to call:initiate: ${took[0]} ms with a camera that does not open, ${took[1]} ms with one that does`,
  );
});

test("the local picture is there when it opens, while it still rings", async ({ ada, boris }) => {
  await ada.click("Video call");
  await boris.sees("button", "Accept");
  assert.equal(await ada.page.$('video[aria-label="Local video"]'), null);
  await openDevices(ada);
  await there(ada.page, 'video[aria-label="Local video"]');
  await boris.sees("button", "Accept");
});

test("hung up while the camera opens: it stops ringing, and the camera is let go", async ({ ada, boris }) => {
  await ada.click("Video call");
  await boris.sees("button", "Accept");
  await ada.click("Cancel");
  await gone(boris.page, '[role="alertdialog"]');
  await openDevices(ada);
  await until("the camera opens in vain", async () => (await slow(ada)).opened === 1);
  await until("nothing is open", async () => (await ada.open()).tracks === 0);
  assert.equal((await ada.open()).connections, 0);
});

test("the buttons of what is still opening say so, and pressing one takes it back", async (stage) => {
  const { ada, boris } = stage;
  await ada.click("Video call");
  await boris.click("Accept");
  await connected(stage);
  const isBusy = async (name: string) =>
    await (await ada.sees("button", name)).evaluate((button) => button.ariaBusy === "true");
  assert.ok(await isBusy("Mute microphone") && await isBusy("Turn camera off"));
  await ada.page.keyboard.press("v");
  assert.equal(await isBusy("Turn camera on"), false);
  await openDevices(ada);
  await boris.receives("audioEnergy");
  await until("the camera is let go", async () => (await ada.open()).tracks === 1);
  assert.equal(await isBusy("Mute microphone"), false);
  await ada.click("Turn camera on");
  await boris.receives("framesDecoded");
  await ada.sees("button", "Turn camera off");
});

test("a camera that fails after all: the call goes on, and it is said", async (stage) => {
  const { ada, boris } = stage;
  await set(ada, { failure: "NotReadableError" });
  await ada.click("Video call");
  await boris.sees("button", "Accept");
  await openDevices(ada);
  await boris.click("Accept");
  await connected(stage);
  await there(ada.page, '[role="alert"]');
  await ada.reads("You are neither seen nor heard");
  await ada.receives("framesDecoded");
  await set(ada, { failure: null });
  await ada.click("Try again");
  await Promise.all([boris.receives("framesDecoded"), boris.receives("audioEnergy")]);
  await gone(ada.page, '[role="alert"]');
});

test("withheld after all: it stops ringing, and she is asked whether to call without", async ({ ada, boris }) => {
  await set(ada, { failure: "NotAllowedError" });
  await ada.click("Video call");
  await boris.sees("button", "Accept");
  await openDevices(ada);
  await gone(boris.page, '[role="alertdialog"]');
  await there(ada.page, '[role="alert"]');
  await ada.click("Call without camera and microphone");
  await boris.click("Accept");
  await ada.receives("framesDecoded");
});

test("both call at once while their cameras open: one call, each asked once", async (stage) => {
  const { ada, boris } = stage;
  await boris.page.evaluateOnNewDocument(slowDevices);
  await boris.page.reload();
  await boris.online();
  await pressAtOnce("Video call", ada, boris);
  await connected(stage);
  for (const person of [ada, boris]) await openDevices(person);
  for (const person of [ada, boris]) {
    await Promise.all([person.receives("framesDecoded"), person.receives("audioEnergy")]);
  }
  for (const person of [ada, boris]) {
    assert.equal((await slow(person)).asked, 1);
    assert.deepEqual(await person.open(), { connections: 1, tracks: 2 });
  }
});

test("a question first: it rings with the answer, not with the camera", async ({ ada, boris, product }) => {
  for (const device of DEVICES) await ada.set(product.url, device, "prompt");
  await ada.click("Video call");
  await until("she is asked", async () => (await slow(ada)).asked === 1);
  await ada.hears("Starting");
  for (const device of DEVICES) {
    assert.equal((await slow(ada)).initiated, 0, "nobody is rung before the answer");
    await ada.set(product.url, device, "granted");
  }
  await boris.sees("button", "Accept");
  assert.equal((await slow(ada)).opened, 0, "it rings before anything is open");
  await openDevices(ada);
  await there(ada.page, 'video[aria-label="Local video"]');
});
