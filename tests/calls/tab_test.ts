/** What the browser and the system show of a call beside the page, and ask of it: in a real Chromium. */

import assert from "node:assert/strict";
import { noticeOf } from "../../components/call/beside/notification.ts";
import type { View } from "../../components/call/view.ts";
import { NOTHING } from "../../shared/client/snapshot.ts";
import type { CallInfo, CallPhase } from "../../shared/client/state.ts";
import { chat as t } from "../../shared/i18n/en/chat.ts";
import type { Person } from "../support/person.ts";
import { connect, scene } from "../support/scene.ts";
import { until } from "../support/until.ts";
import { show } from "../support/window.ts";

const call: CallInfo = {
  chatId: "c",
  callId: "1",
  role: "callee",
  media: "video",
  peer: { id: "2", name: "Ada" },
};
const ended = { phase: "ended", call, outcome: "timeout", byMe: false, durationMs: null } as const;

const NOTICES: [what: string, phase: CallPhase, title: string | null][] = [
  ["nothing happens", { phase: "idle" }, null],
  ["it rings here", { phase: "incoming", call, expiresAt: 0 }, "Ada is calling"],
  ["it rings there", { phase: "ringing", call: { ...call, role: "caller" }, expiresAt: 0 }, null],
  ["connected", { phase: "connected", call, since: 0 }, null],
  ["nobody answered here", ended, "Missed video call from Ada"],
  ["it was cancelled", { ...ended, outcome: "cancelled" }, "Missed video call from Ada"],
  ["it was answered elsewhere", { ...ended, outcome: "answered-elsewhere" }, null],
  ["it was declined here", { ...ended, outcome: "declined", byMe: true }, null],
  ["the two have talked", { ...ended, outcome: "hangup", durationMs: 1 }, null],
  ["nobody answered there", { ...ended, call: { ...call, role: "caller" } }, null],
];

for (const [what, phase, title] of NOTICES) {
  Deno.test(`notification: ${what}: ${title ?? "none"}`, () => {
    const view: View = {
      t,
      chatId: "c",
      userId: "1",
      seats: 2,
      mine: true,
      snapshot: { ...NOTHING, call: phase },
      actions: null,
    };
    assert.equal(noticeOf(view)?.title ?? null, title);
  });
}

/** What a page has asked the browser and the system to show. */
interface Shown {
  notifications: { title: string; tag: string; isClosed: boolean; click(): void }[];
  questions: number;
  badge: number | null;
  /** By the name of the action. */
  actions: Record<string, (() => void) | null>;
}

/** Keeps what a page asks for from now on. `answer`: what its person says to the question whether it may notify. */
async function watch({ page }: Person, answer?: NotificationPermission): Promise<void> {
  await page.evaluate((answer) => {
    const shown: Shown = { notifications: [], questions: 0, badge: null, actions: {} };
    Object.assign(globalThis, { shown });
    const Real = Notification;
    let permission = answer === undefined ? null : Real.permission;
    globalThis.Notification = class extends Real {
      static override get permission() {
        return permission ?? Real.permission;
      }
      static override requestPermission() {
        shown.questions++;
        return Promise.resolve(permission = answer!);
      }
      constructor(title: string, options?: NotificationOptions) {
        super(title, options);
        const kept = {
          title,
          tag: options!.tag!,
          isClosed: false,
          click: () => this.dispatchEvent(new Event("click")),
        };
        shown.notifications.push(kept);
        const close = this.close.bind(this);
        this.close = () => {
          kept.isClosed = true;
          close();
        };
      }
    };
    navigator.setAppBadge = (count) => Promise.resolve(void (shown.badge = count!));
    navigator.clearAppBadge = () => Promise.resolve(void (shown.badge = null));
    const set = navigator.mediaSession.setActionHandler.bind(navigator.mediaSession);
    navigator.mediaSession.setActionHandler = (action, run) => {
      shown.actions[action] = run as () => void;
      set(action, run);
    };
  }, answer);
}

async function shownBy<Value>({ page }: Person, look: (shown: Shown) => Value): Promise<Value> {
  return await page.evaluate(
    (look) => new Function("shown", `return (${look})(shown)`)((globalThis as unknown as { shown: Shown }).shown),
    look.toString(),
  ) as Value;
}

const iconOf = ({ page }: Person) => page.$eval('link[rel="icon"]', (link) => (link as HTMLLinkElement).href);
const isMarked = async (person: Person) => (await iconOf(person)).includes("/favicon_marked.svg");

scene("a hidden page has the system say who calls, and then who called, until it is looked at", async (stage) => {
  const { ada, boris, product } = stage;
  await boris.set(product.url, "notifications", "granted");
  await watch(boris);
  await show(boris, false);
  await ada.click("Video call");
  const titles = () => shownBy(boris, (shown) => shown.notifications.map(({ title, isClosed }) => [title, isClosed]));
  await until("a notification", async () => (await titles()).length === 1);
  assert.deepEqual(await titles(), [["Ada is calling", false]]);
  assert.equal(await shownBy(boris, ({ badge }) => badge), 1);
  assert.ok(await isMarked(boris));
  await until("its title says so", async () => await boris.page.title() === "Ada is calling");
  await ada.click("Cancel");
  await until("another", async () => (await titles()).length === 2);
  assert.deepEqual(await titles(), [["Ada is calling", true], ["Missed video call from Ada", false]]);
  assert.deepEqual(await shownBy(boris, (shown) => new Set(shown.notifications.map(({ tag }) => tag)).size), 1);
  await show(boris, true);
  await until("it is gone", async () => (await titles())[1]![1]);
  assert.equal(await boris.page.title(), "(1) Chat with Ada");
  await boris.click("Close");
  await boris.reads("Missed video call from Ada");
  await boris.click("Close");
  await until("its title is its own", async () => await boris.page.title() === "Chat with Ada");
  assert.equal(await shownBy(boris, ({ badge }) => badge), null);
  assert.ok(!await isMarked(boris));
});

scene("a call that was missed while one was away marks the tab until it is put away", async (stage) => {
  const { ada, boris, product, chat } = stage;
  await boris.page.goto(`${product.url}/doctor`);
  await ada.reads("offline");
  await ada.click("Audio call");
  await ada.reads("will find your missed call");
  await boris.page.goto(chat);
  await until("its title says so", async () => await boris.page.title() === "(1) Chat with Ada");
  await boris.reads("Missed call from Ada");
  await show(boris, false);
  await until("its icon says so", () => isMarked(boris));
  await show(boris, true);
  await boris.click("Close");
  await until("its title is its own", async () => await boris.page.title() === "Chat with Ada");
  assert.ok(!await isMarked(boris));
});

scene(
  "who looks at the page is asked after the first call, by a press, and no more where that is not wanted",
  async (stage) => {
    const { ada, boris } = stage;
    await watch(ada, "granted");
    await watch(boris);
    await connect(stage, "Audio call");
    await ada.receives("audioEnergy");
    await ada.click("Hang up");
    await boris.hears("Call ended");
    await boris.click("No, thanks");
    assert.equal(await shownBy(ada, ({ questions }) => questions), 0);
    await ada.click("Turn on notifications");
    await until("it is asked", () => shownBy(ada, ({ questions }) => questions === 1));
    for (const person of [ada, boris]) {
      await until("the offer is gone", async () => !(await person.text()).includes("Hear of the next"));
    }
    await boris.click("Settings");
    const box = await boris.sees("checkbox", "Notify me of calls while this page is hidden");
    assert.equal(await box.evaluate((box) => (box as HTMLInputElement).checked), false);
    assert.deepEqual(await shownBy(boris, ({ notifications }) => notifications), []);
  },
);

scene("keys and lock screens mute, turn the camera off and hang up, for as long as a call lasts", async (stage) => {
  const { ada, boris } = stage;
  await watch(ada);
  await connect(stage);
  await until("they are asked for", () => shownBy(ada, ({ actions }) => "hangup" in actions));
  assert.equal(await ada.page.evaluate(() => navigator.mediaSession.metadata?.title), "Boris");
  const act = (action: string) =>
    ada.page.evaluate((action) => (globalThis as unknown as { shown: Shown }).shown.actions[action]!(), action);
  await act("togglemicrophone");
  await boris.reads("Microphone is off");
  await act("togglecamera");
  await boris.reads("Camera is off");
  await act("togglemicrophone");
  await ada.sees("button", "Mute microphone");
  await act("hangup");
  await boris.hears("Call ended");
  await until(
    "they are let go",
    () => shownBy(ada, ({ actions }) => Object.values(actions).every((run) => run === null)),
  );
  assert.equal(await ada.page.evaluate(() => navigator.mediaSession.metadata), null);
});

scene(
  "a tab that is left in a call asks first, and at no other time, nor where that is turned off",
  async (stage) => {
    const { ada, boris } = stage;
    ada.stays = true;
    await connect(stage, "Audio call");
    // What asks comes with the first figures.
    await ada.reads("You: ");
    await ada.click("Settings");
    const box = await ada.sees("checkbox", "Ask before a call is closed with its tab");
    await ada.page.evaluate(() => location.reload());
    await until("the question", () => Promise.resolve(ada.questions === 1));
    await boris.receives("audioEnergy");
    await box.evaluate((box) => (box as HTMLInputElement).click());
    ada.stays = false;
    await ada.page.reload();
    assert.equal(ada.questions, 1);
    await ada.hears("Connected");
    await ada.click("Settings");
    await (await ada.sees("checkbox", "Ask before a call is closed with its tab")).evaluate((box) =>
      (box as HTMLInputElement).click()
    );
    await ada.page.keyboard.press("Escape");
    await ada.click("Hang up");
    await boris.hears("Call ended");
    await ada.page.reload();
    assert.equal(ada.questions, 1);
  },
);
