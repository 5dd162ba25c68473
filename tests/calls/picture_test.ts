/** Picture-in-picture, in a real Chromium: the other person in a window over all others, with the call's controls. */

import type { Person } from "../support/person.ts";
import { connect, scene } from "../support/scene.ts";
import { until } from "../support/until.ts";

/** The page's small window. */
type Pictured = typeof globalThis & { documentPictureInPicture: { window: Window | null } };

/** How many frames of the other person the small window has drawn within a second; `null` where there is no such window. */
async function framesIn({ page }: Person): Promise<number | null> {
  return await page.evaluate(async () => {
    const small = (globalThis as Pictured).documentPictureInPicture.window;
    const video = small?.document.querySelector("video");
    if (!video) return null;
    let frames = 0;
    const count = () => {
      frames++;
      video.requestVideoFrameCallback(count);
    };
    video.requestVideoFrameCallback(count);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    return frames;
  });
}

/** What a page does when the system asks, by the names of the actions. */
type Handlers = Record<string, (() => void) | null>;

/** Whether a page lets the browser open its small window. */
const enters = ({ page }: Person) =>
  page.evaluate(() => !!(globalThis as unknown as { handlers: Handlers }).handlers.enterpictureinpicture);

/** Presses a button in the small window. */
async function press({ page }: Person, name: string): Promise<void> {
  await until(`${name} is there`, () =>
    page.evaluate((name) => {
      const small = (globalThis as Pictured).documentPictureInPicture.window;
      const button = small?.document.querySelector<HTMLElement>(`button[aria-label="${name}"]`);
      button?.click();
      return button !== null && button !== undefined;
    }, name));
}

scene(
  "a small window shows the other person, mutes, turns the camera off and hangs up, and goes with the call",
  async (stage) => {
    const { ada, boris } = stage;
    await connect(stage);
    await ada.receives("framesDecoded");
    await ada.click("Picture-in-picture");
    await until("pictures in it", async () => (await framesIn(ada) ?? 0) >= 5);
    await press(ada, "Mute microphone");
    await boris.reads("Microphone is off");
    await press(ada, "Unmute microphone");
    await press(ada, "Turn camera off");
    await boris.reads("Camera is off");
    await press(ada, "Hang up");
    await boris.hears("Call ended");
    await until("it is gone", async () => await framesIn(ada) === null);
  },
);

scene("the same button, or key, closes it; and the call goes on", async (stage) => {
  const { ada, boris } = stage;
  await connect(stage);
  await ada.receives("framesDecoded");
  await ada.click("Picture-in-picture");
  await until("it is there", async () => await framesIn(ada) !== null);
  await ada.page.keyboard.press("p");
  await until("it is gone", async () => await framesIn(ada) === null);
  await ada.page.keyboard.press("p");
  await until("it is there again", async () => (await framesIn(ada) ?? 0) > 0);
  await boris.receives("framesDecoded");
});

scene("a browser without such windows has the bare video in one", async (stage) => {
  const { ada } = stage;
  await connect(stage);
  await ada.receives("framesDecoded");
  await ada.click("Picture-in-picture");
  await until(
    "the video is in one",
    () => ada.page.evaluate(() => document.pictureInPictureElement?.getAttribute("aria-label") === "Remote video"),
  );
  await ada.click("Hang up");
  await until("it is gone", () => ada.page.evaluate(() => document.pictureInPictureElement === null));
}, {
  async prepare({ ada }) {
    await ada.page.evaluateOnNewDocument(() => Reflect.deleteProperty(globalThis, "documentPictureInPicture"));
  },
});

scene("the browser opens it by itself where it does that, and not where that is turned off", async (stage) => {
  const { ada } = stage;
  await connect(stage);
  await ada.receives("framesDecoded");
  await until("it may", () => enters(ada));
  // A browser without a display never does: what it would call is called, by a click, which counts as much.
  await ada.page.evaluate(() => {
    const { handlers } = globalThis as unknown as { handlers: Handlers };
    document.addEventListener("pointerdown", () => handlers.enterpictureinpicture!(), { once: true });
  });
  await ada.page.mouse.click(300, 300);
  await until("pictures in it", async () => (await framesIn(ada) ?? 0) >= 5);
  await ada.click("Settings");
  const name = "Small window by itself when I leave the tab, where the browser allows it";
  await (await ada.sees("checkbox", name)).evaluate((box) => (box as HTMLInputElement).click());
  await until("it may not", async () => !await enters(ada));
}, {
  async prepare({ ada }) {
    await ada.page.evaluateOnNewDocument(() => {
      const handlers: Handlers = {};
      Object.assign(globalThis, { handlers });
      const set = navigator.mediaSession.setActionHandler.bind(navigator.mediaSession);
      navigator.mediaSession.setActionHandler = (action, run) => {
        handlers[action] = run as () => void;
        set(action, run);
      };
    });
  },
});
