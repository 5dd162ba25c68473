/** What a person is told, in a real Chromium, when a camera, a microphone or a screen does not open. */

import assert from "node:assert/strict";
import { launch } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import type { Frame, Page } from "../support/packages.ts";
import { startHostApp } from "../support/embedded.ts";
import { freePort } from "../support/ports.ts";
import { build, startProduct } from "../support/product.ts";
import { type Scene, scene } from "../support/scene.ts";
import { canCall, press, said, until } from "../support/until.ts";

const JWT_SECRET = "what only the two servers know";

/** Waits for a notice that reads like this. */
async function notice(page: Page | Frame, pattern: RegExp): Promise<void> {
  let text = "";
  await until(`a notice like ${pattern}`, async () => {
    text = await page.$eval('[role="alert"]', (element) => element.textContent ?? "");
    return pattern.test(text);
  }).catch((error) => {
    throw new Error(`${error.message}, but: ${text}`);
  });
}

/** The example host application with its frame as `change` makes it, Ada and Boris in it. */
async function framed(
  change: (html: string) => string,
  run: (adas: Frame, boriss: Frame, ada: Person) => Promise<void>,
): Promise<void> {
  await build();
  await using stack = new AsyncDisposableStack();
  const [hostPort, outerPort] = [freePort(), freePort()];
  const outer = `http://localhost:${outerPort}`;
  const product = stack.use(
    await startProduct({ JWT_SECRET, GUESTS: "off", ALLOWED_ORIGINS: outer, HOST: "localhost" }),
  );
  const zvonok = product.url.replace("127.0.0.1", "localhost").replace("[::1]", "localhost");
  stack.use(await startHostApp(JWT_SECRET, zvonok, hostPort));
  const changed = Deno.serve({ hostname: "localhost", port: outerPort, onListen: () => {} }, async ({ url }) => {
    const answer = await fetch(`http://localhost:${hostPort}/${new URL(url).search}`);
    return new Response(change(await answer.text()), {
      status: answer.status,
      headers: { "content-type": "text/html" },
    });
  });
  stack.defer(() => changed.shutdown());
  const browser = stack.use(await launch());
  const enter = async (user: string): Promise<[Frame, Person]> => {
    const person = stack.use(await Person.enter(browser));
    await person.page.goto(`${outer}/?user=${user}`);
    const frame = await person.page.waitForFrame((frame) => frame.url() === `${zvonok}/chat/project-x`);
    await canCall(frame);
    return [frame, person];
  };
  const [[adas, ada], [boriss]] = [await enter("ada"), await enter("boris")];
  await run(adas, boriss, ada);
}

/** Lets a browser refuse, from the next document on, as it does where this machine cannot be made to: by its own error. */
async function refuses({ page }: Person, what: "getUserMedia" | "getDisplayMedia", name: string, message: string) {
  await page.evaluateOnNewDocument(
    (what, name, message) => {
      navigator.mediaDevices[what] = () => Promise.reject(new DOMException(message, name));
    },
    what,
    name,
    message,
  );
  await page.reload();
  await canCall(page);
}

async function talking({ ada, boris }: Scene): Promise<void> {
  await ada.click("Audio call");
  await boris.click("Accept");
  await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
}

Deno.test("refused: Share in a frame without its allow says whose doing that is", async () => {
  await framed((html) => html.replace(/display-capture \S+; /, ""), async (adas, boriss) => {
    await press(adas, "Audio call");
    await press(boriss, "Accept");
    await Promise.all([said(adas, "Connected"), said(boriss, "Connected")]);
    await press(adas, "Share screen");
    await notice(adas, /The screen cannot be shared.*The site that shows this page inside its own/);
  });
});

Deno.test("refused: a frame without any allow says so of camera and microphone, and of no icon", async () => {
  await framed((html) => html.replace(/ allow="[^"]*"/, ""), async (adas) => {
    await press(adas, "Check camera and microphone");
    await notice(adas, /did not start.*The site that shows this page inside its own does not let it use/);
  });
});

scene("a screen that the system does not let the browser record: its settings are named", async (stage) => {
  await refuses(stage.ada, "getDisplayMedia", "NotAllowedError", "Permission denied by system");
  await talking(stage);
  await stage.ada.click("Share screen");
  await notice(stage.ada.page, /The screen cannot be shared.*system's privacy settings/);
});

scene("a picker that is closed again says nothing", async (stage) => {
  const { ada } = stage;
  await ada.page.evaluateOnNewDocument(() => {
    navigator.mediaDevices.getDisplayMedia = () =>
      new Promise((_, reject) => {
        setTimeout(() => {
          reject(new DOMException("Permission denied", "NotAllowedError"));
          document.title = "picked nothing";
        }, 400);
      });
  });
  await ada.page.reload();
  await ada.online();
  await talking(stage);
  await ada.click("Share screen");
  await until("the picker was closed", async () => await ada.page.title() === "picked nothing");
  assert.equal(await ada.page.$('[role="alert"]'), null);
  await ada.sees("button", "Share screen");
});

scene("a browser without devices, on a secure page: another browser, not https, is the advice", async ({ ada }) => {
  await ada.page.evaluateOnNewDocument(() =>
    Object.defineProperty(Navigator.prototype, "mediaDevices", { get: () => undefined })
  );
  await ada.page.reload();
  await ada.online();
  await ada.click("Check camera and microphone");
  await notice(ada.page, /This browser does not give .* to any page/);
});

scene("what the system refuses is told by its settings, by Call Doctor too", async ({ ada, product }) => {
  await refuses(ada, "getUserMedia", "NotAllowedError", "Permission denied by system");
  await ada.click("Check camera and microphone");
  await notice(ada.page, /The system does not let this browser use/);
  await ada.page.goto(`${product.url}/doctor`);
  await ada.click("Start the check");
  await ada.sees("button", "Copy report", 25_000);
  for (const device of ["the camera", "the microphone"]) {
    await ada.reads(`The system does not let this browser use ${device}.`);
  }
});

/** Lets requests for a microphone fail as on a computer that has none; the camera is a real one. */
async function hasNoMicrophone(person: Person): Promise<void> {
  await person.page.evaluateOnNewDocument(() => {
    const { mediaDevices } = navigator;
    const [open, list] = [
      mediaDevices.getUserMedia.bind(mediaDevices),
      mediaDevices.enumerateDevices.bind(mediaDevices),
    ];
    mediaDevices.getUserMedia = (constraints) =>
      constraints?.audio
        ? Promise.reject(new DOMException("Requested device not found", "NotFoundError"))
        : open(constraints);
    mediaDevices.enumerateDevices = async () => (await list()).filter(({ kind }) => kind !== "audioinput");
  });
  await person.page.reload();
  await person.online();
}

scene("no microphone: a call is made and taken with the camera, and goes on with it after a reload", async (stage) => {
  const { ada, boris } = stage;
  await hasNoMicrophone(ada);
  await ada.click("Video call");
  await boris.click("Accept");
  await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
  await notice(ada.page, /You are not heard.*No microphone found/);
  await Promise.all([boris.receives("framesDecoded"), ada.receives("audioEnergy")]);
  await boris.reads("Microphone is off");
  await ada.page.reload();
  await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
  await Promise.all([boris.receives("framesDecoded"), ada.receives("audioEnergy")]);
  assert.equal(await ada.page.$('[role="alert"]'), null, "what was not on is not asked for");
  await ada.click("Hang up");
  await boris.hears("Call ended");

  await boris.click("Video call");
  await ada.click("Accept");
  await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
  await notice(ada.page, /You are not heard.*No microphone found/);
  await Promise.all([boris.receives("framesDecoded"), ada.receives("audioEnergy")]);
});

scene("neither camera nor microphone: a call is made to look and to listen", async ({ ada, boris }) => {
  await hasNoMicrophone(ada);
  await ada.click("Video call");
  await boris.click("Accept");
  await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
  await notice(ada.page, /You are neither seen nor heard.*No camera and no microphone found/);
  await Promise.all([ada.receives("framesDecoded"), ada.receives("audioEnergy")]);
}, { adasDevices: "none" });
