/** Devices that come, go, fail and are let go in use, told by a browser that opens, lists and ends what a test says. */

import assert from "node:assert/strict";
import type { DeviceNotice } from "./device_choice.ts";
import { Devices } from "./devices.ts";
import type { Causes, Kind } from "./opening.ts";
import type { Clock, Media } from "../platform/platform.ts";
import { Permission } from "../../../tests/support/permission.ts";

interface Track {
  readonly kind: Kind;
  readonly label: string;
  enabled: boolean;
  readyState: "live" | "ended";
  onended: (() => void) | null;
}

const LISTED_AS = { audio: "audioinput", video: "videoinput" } as const;
const error = (name: string) => Object.assign(new Error(), { name });

/** A browser; the first device in its list of a kind is the one that the system chooses. */
class Browser {
  readonly devices: Devices;
  readonly list: { kind: Kind; id: string }[] = [];
  readonly permissions = { camera: new Permission("granted"), microphone: new Permission("granted") };
  readonly tracks: Track[] = [];
  readonly kept: Record<string, string | null> = {};
  /** What was asked for, as kinds. */
  readonly asked: string[] = [];
  /** What was told of swaps, in order. */
  readonly swaps: { change: DeviceNotice["change"] | null; kind: Kind; causes: Causes }[] = [];
  /** What is shown of each kind, in order and without repeats. */
  readonly shown: Record<"microphone" | "camera", string[]> = { microphone: [], camera: [] };
  /** Devices that do not open, and the name of the error. */
  readonly broken: Record<string, string> = {};
  /** Chromium lists the microphone that the system chooses twice: once as "default", in the group of that microphone. */
  isChromium = false;
  /** What opens and is listed waits for these. */
  opening: Promise<void> = Promise.resolve();
  listing: Promise<void> = Promise.resolve();
  #changed: () => void = () => {};

  constructor(...ids: `${Kind} ${string}`[]) {
    for (const id of ids) this.list.push(entry(id));
    const media: Partial<Media> = {
      getUserMedia: async (wishes) => {
        this.asked.push(Object.keys(wishes).join(" and "));
        await this.opening;
        const tracks = (["audio", "video"] as const).filter((kind) => wishes[kind])
          .map((kind) => this.#open(kind, wishes[kind] as MediaTrackConstraints));
        return stream(tracks);
      },
      createMediaStream: (tracks) => stream(tracks as unknown as Track[]),
      listDevices: async () => {
        await this.listing;
        const system = this.isChromium ? this.list.find(({ kind }) => kind === "audio") : undefined;
        return [...system ? [{ ...system, shown: "default" }] : [], ...this.list].map((device) => listed(device));
      },
      permission: (device) => Promise.resolve(this.permissions[device]),
      mediaContext: () => ({ isSecure: true, hasApi: true, isAllowed: true, isFramed: false }),
      onDevicesChange: (action) => this.#changed = action,
      isPhone: false,
    };
    const kept = { get: () => null, set: (key: string, value: string | null) => void (this.kept[key] = value) };
    const clock: Pick<Clock, "after"> = { after: () => () => {} };
    this.devices = new Devices({ media: media as Media, storage: { tab: kept, kept }, clock: clock as Clock }, {
      onChange: (local) => {
        for (const device of ["microphone", "camera"] as const) {
          const state = local[device] ? "on" : local.held[device] ?? "off";
          if (state !== (this.shown[device].at(-1) ?? "off")) this.shown[device].push(state);
        }
      },
      onChoice: () => {},
      onSystemMute: () => {},
      onSpeaker: () => {},
      onSwap: (notice, kind, causes) => this.swaps.push({ change: notice?.change ?? null, kind, causes }),
    });
  }

  /** The devices of the live tracks, in the order they were opened. */
  get live(): string[] {
    return this.tracks.filter(({ readyState }) => readyState === "live").map(({ label }) => label);
  }

  /** The devices of the tracks that are sent. */
  get sent(): string[] {
    return this.devices.tracks().map(({ label }) => label);
  }

  async plug(id: `${Kind} ${string}`): Promise<void> {
    this.list.push(entry(id));
    await this.changes();
  }

  async unplug(id: string): Promise<void> {
    this.list.splice(this.list.findIndex((device) => device.id === id), 1);
    this.end(id);
    await this.changes();
  }

  /** The device ends in use, without anybody's wish. */
  end(id: string): void {
    for (const track of this.tracks) {
      if (track.label !== id || track.readyState === "ended") continue;
      track.readyState = "ended";
      track.onended?.();
    }
  }

  /** The browser says that its list has changed. */
  async changes(): Promise<void> {
    this.#changed();
    await settled();
  }

  #open(kind: Kind, { deviceId }: MediaTrackConstraints): Track {
    const { exact, ideal } = (deviceId ?? {}) as { exact?: string; ideal?: string };
    const there = this.list.filter((device) => device.kind === kind);
    if (there.length === 0) throw error("NotFoundError");
    if (exact !== undefined && !there.some(({ id }) => id === exact)) throw error("OverconstrainedError");
    const { id } = there.find(({ id }) => id === (exact ?? ideal)) ?? there[0]!;
    if (this.broken[id] !== undefined) throw error(this.broken[id]!);
    const isSystem = this.isChromium && kind === "audio" && id !== (exact ?? ideal);
    const track: Track = { kind, label: id, enabled: true, readyState: "live", onended: null };
    this.tracks.push(Object.assign(track, {
      muted: false,
      stop: () => track.readyState = "ended",
      getSettings: () => ({ deviceId: isSystem ? "default" : id, groupId: groupOf(id) }),
    }));
    return track;
  }
}

function entry(words: `${Kind} ${string}`): { kind: Kind; id: string } {
  const [kind, id] = words.split(" ") as [Kind, string];
  return { kind, id };
}

function listed({ kind, id, shown = id }: { kind: Kind; id: string; shown?: string }): MediaDeviceInfo {
  return { kind: LISTED_AS[kind], deviceId: shown, groupId: groupOf(id), label: id } as MediaDeviceInfo;
}

/** A device of its own each. */
function groupOf(id: string): string {
  return id && `group of ${id}`;
}

function stream(tracks: readonly Track[]): MediaStream {
  return { getTracks: () => [...tracks] } as unknown as MediaStream;
}

/** All that is under way without a timer has come to its end. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

Deno.test("devices: what is not wanted any more while it opens is let go, of either kind", async () => {
  for (const wanted of [[], ["audio"], ["video"]] as const) {
    const browser = new Browser("audio laptop", "video webcam");
    const { promise, resolve } = Promise.withResolvers<void>();
    browser.opening = promise;
    browser.devices.open(["audio", "video"]);
    await settled();
    browser.devices.open(wanted);
    resolve();
    await settled();
    const expected = wanted.map((kind) => ({ audio: "laptop", video: "webcam" })[kind]);
    assert.deepEqual([browser.live, browser.sent], [expected, expected]);
  }
});

Deno.test("devices: what is not wanted any more before it is asked for is not asked for", async () => {
  const browser = new Browser("audio laptop", "video webcam");
  browser.devices.open(["audio", "video"]);
  browser.devices.open(["audio"]);
  await settled();
  assert.deepEqual([browser.asked, browser.sent], [["audio"], ["laptop"]]);
});

Deno.test("devices: a microphone that is muted while it opens is open and muted, and the next call is not", async () => {
  const browser = new Browser("audio laptop", "video webcam");
  const opened = browser.devices.open(["audio", "video"]);
  browser.devices.mute(true);
  await opened;
  assert.deepEqual(browser.devices.tracks().map(({ enabled }) => enabled), [false, true]);
  browser.devices.release();
  await browser.devices.open(["audio", "video"]);
  assert.deepEqual(browser.devices.tracks().map(({ enabled }) => enabled), [true, true]);
});

const OPENINGS: [what: string, act: (browser: Browser) => void, shown: string[], sent: string[]][] = [
  ["opens", () => {}, ["opening", "on"], ["laptop", "webcam"]],
  ["fails", ({ broken }) => broken.webcam = "NotReadableError", ["opening", "off"], ["laptop"]],
  ["is turned off before", ({ devices }) => devices.stop("video"), ["opening", "off"], ["laptop"]],
  [
    "is turned off and on before",
    ({ devices }) => {
      devices.stop("video");
      devices.add(["video"]);
    },
    ["opening", "off", "opening", "on"],
    ["laptop", "webcam"],
  ],
  ["is of a call that ends before", ({ devices }) => devices.release(), ["opening", "off"], []],
];

for (const [what, act, shown, sent] of OPENINGS) {
  Deno.test(`devices: a camera that ${what}: it shows as ${shown.join(", ")}`, async () => {
    const browser = new Browser("audio laptop", "video webcam");
    const { promise, resolve } = Promise.withResolvers<void>();
    browser.opening = promise;
    browser.devices.open(["audio", "video"]);
    await settled();
    assert.deepEqual(browser.shown, { microphone: ["opening"], camera: ["opening"] });
    act(browser);
    resolve();
    await settled();
    assert.deepEqual(browser.shown.camera, shown);
    assert.deepEqual(browser.sent, sent);
  });
}

Deno.test("devices: a microphone that is muted while it opens shows as off, and as opening once it is to be heard", async () => {
  const browser = new Browser("audio laptop");
  const { promise, resolve } = Promise.withResolvers<void>();
  browser.opening = promise;
  browser.devices.open(["audio"]);
  browser.devices.mute(true);
  await settled();
  browser.devices.mute(false);
  resolve();
  await settled();
  assert.deepEqual(browser.shown.microphone, ["opening", "off", "opening", "on"]);
});

Deno.test("devices: in the place of one that is unplugged the next one shows as opening", async () => {
  const browser = new Browser("audio headset", "audio laptop");
  await browser.devices.open(["audio"]);
  await settled();
  await browser.unplug("headset");
  assert.deepEqual(browser.shown.microphone, ["opening", "on", "off", "opening", "on"]);
});

Deno.test("devices: a call that ends while a device is found to be gone opens no other", async () => {
  const ends: [what: string, end: (devices: Devices) => void][] = [
    ["release", (devices) => devices.release()],
    ["stop", (devices) => devices.stop("audio")],
  ];
  for (const [what, end] of ends) {
    const browser = new Browser("audio headset", "audio laptop");
    await browser.devices.open(["audio"]);
    const { promise, resolve } = Promise.withResolvers<void>();
    browser.listing = promise;
    browser.unplug("headset");
    end(browser.devices);
    resolve();
    await settled();
    assert.deepEqual([browser.asked, browser.live, browser.swaps], [["audio"], [], []], what);
  }
});

Deno.test("devices: a call that ends while there is no other device takes none that comes later", async () => {
  const browser = new Browser("audio headset");
  await browser.devices.open(["audio"]);
  const { promise, resolve } = Promise.withResolvers<void>();
  browser.opening = promise;
  await browser.unplug("headset");
  browser.devices.stop("audio");
  resolve();
  await settled();
  await browser.plug("audio headset");
  assert.deepEqual([browser.asked, browser.live, browser.swaps], [["audio", "audio"], [], []]);
});

for (const state of ["prompt", "denied"] as const) {
  Deno.test(`devices: a permission that is taken back (${state}) in a call asks nobody, and is said`, async () => {
    const browser = new Browser("audio laptop", "video webcam");
    await browser.devices.open(["audio", "video"]);
    await settled();
    for (const permission of Object.values(browser.permissions)) permission.set(state);
    const ids = browser.list.map(({ id }) => id);
    // Who may not open a device is not told its id.
    browser.list.forEach((device) => device.id = "");
    for (const id of ids) browser.end(id);
    await browser.changes();
    assert.deepEqual(browser.asked, ["audio and video"]);
    assert.deepEqual(browser.swaps, [
      { change: null, kind: "audio", causes: { audio: "denied" } },
      { change: null, kind: "video", causes: { video: "denied" } },
    ]);
  });
}

Deno.test("devices: what is unplugged is replaced though the permission was for once", async () => {
  const browser = new Browser("audio headset", "audio laptop");
  await browser.devices.open(["audio"]);
  await settled();
  browser.permissions.microphone.set("prompt");
  await browser.unplug("headset");
  assert.deepEqual([browser.sent, browser.swaps], [["laptop"], [{ change: "gone", kind: "audio", causes: {} }]]);
});

Deno.test("devices: what ends though it is there and allowed is opened again", async () => {
  const browser = new Browser("audio laptop");
  await browser.devices.open(["audio"]);
  await settled();
  browser.end("laptop");
  await settled();
  assert.deepEqual(browser.sent, ["laptop"]);
});

for (const isChromium of [false, true]) {
  Deno.test(`devices: the headset that the system had chosen is taken again, whatever it chooses by then${isChromium ? ", in Chromium" : ""}`, async () => {
    const browser = new Browser("audio headset", "audio laptop");
    browser.isChromium = isChromium;
    await browser.devices.open(["audio"]);
    await settled();
    for (const time of ["once", "twice"]) {
      await browser.unplug("headset");
      assert.deepEqual([browser.sent, browser.live], [["laptop"], ["laptop"]], time);
      await browser.plug("audio headset");
      assert.deepEqual([browser.sent, browser.live], [["headset"], ["headset"]], time);
    }
    assert.deepEqual(browser.swaps.map(({ change }) => change), ["gone", "back", "gone", "back"]);
    assert.equal(browser.devices.choice.chosen.microphone, null, "nobody has chosen it");
  });
}

Deno.test("devices: the only headset, which the system had chosen, is taken again by its own name, not another that comes first", async () => {
  const browser = new Browser("audio headset");
  browser.isChromium = true;
  await browser.devices.open(["audio"]);
  await settled();
  await browser.unplug("headset");
  await browser.plug("audio webcam");
  assert.deepEqual(browser.sent, ["webcam"]);
  await browser.plug("audio headset");
  assert.deepEqual([browser.sent, browser.live], [["headset"], ["headset"]]);
});

/** A call by the laptop's microphone or camera while the chosen headset or webcam is away. */
async function withoutChosen(kind: Kind): Promise<Browser> {
  const browser = new Browser(`${kind} laptop`, `${kind} chosen`);
  await settled();
  await browser.devices.choose(kind === "audio" ? "microphone" : "camera", "chosen");
  await browser.devices.open([kind]);
  await settled();
  await browser.unplug("chosen");
  assert.deepEqual(browser.sent, ["laptop"]);
  browser.swaps.length = 0;
  return browser;
}

for (const kind of ["audio", "video"] as const) {
  Deno.test(`devices: chosen ${kind} that is back, but does not start yet, leaves what is in use; the next list tries again`, async () => {
    const browser = await withoutChosen(kind);
    browser.broken.chosen = "NotReadableError";
    await browser.plug(`${kind} chosen`);
    assert.deepEqual([browser.sent, browser.live], [["laptop"], ["laptop"]]);
    assert.ok(
      browser.swaps.every(({ change, causes }) => change === null && causes[kind] === undefined),
      "nothing is said",
    );
    const asked = browser.asked.length;
    await settled();
    assert.equal(browser.asked.length, asked, "it is not tried without end");
    delete browser.broken.chosen;
    await browser.changes();
    assert.deepEqual([browser.sent, browser.live], [["chosen"], ["chosen"]]);
    assert.deepEqual(browser.swaps.at(-1), { change: "back", kind, causes: {} });
  });

  Deno.test(`devices: chosen ${kind} that is busy is said, and not chosen; what was in use stays`, async () => {
    const browser = new Browser(`${kind} laptop`, `${kind} busy`);
    const device = kind === "audio" ? "microphone" : "camera";
    await browser.devices.open([kind]);
    await settled();
    browser.broken.busy = "NotReadableError";
    await browser.devices.choose(device, "busy");
    assert.deepEqual([browser.sent, browser.live], [["laptop"], ["laptop"]]);
    assert.deepEqual(browser.swaps, [{ change: null, kind, causes: { [kind]: "busy" } }]);
    assert.deepEqual([browser.devices.choice.chosen[device], browser.kept[device]], [null, null]);
  });
}

Deno.test("devices: of two choices in a row that do not open, neither stays", async () => {
  const browser = new Browser("audio laptop", "audio one", "audio two");
  await browser.devices.open(["audio"]);
  await settled();
  Object.assign(browser.broken, { one: "NotReadableError", two: "NotReadableError" });
  await Promise.all(["one", "two"].map((id) => browser.devices.choose("microphone", id)));
  assert.deepEqual([browser.sent, browser.devices.choice.chosen.microphone], [["laptop"], null]);
});

Deno.test("devices: a microphone that is muted stays so where another one does not open", async () => {
  const browser = new Browser("audio laptop", "audio busy");
  await browser.devices.open(["audio"]);
  await settled();
  browser.devices.mute(true);
  browser.broken.busy = "NotReadableError";
  await browser.devices.choose("microphone", "busy");
  assert.deepEqual(browser.devices.tracks().map(({ enabled }) => enabled), [false]);
});

Deno.test("devices: where neither the chosen camera nor the one before opens, there is none, and it is said", async () => {
  const browser = new Browser("video laptop", "video busy");
  await browser.devices.open(["video"]);
  await settled();
  Object.assign(browser.broken, { laptop: "NotReadableError", busy: "NotReadableError" });
  await browser.devices.choose("camera", "busy");
  assert.deepEqual([browser.sent, browser.live], [[], []]);
  assert.deepEqual(browser.swaps, [{ change: null, kind: "video", causes: { video: "busy" } }]);
});

Deno.test("devices: a camera that is turned off while another one fails is not opened again", async () => {
  const browser = new Browser("video laptop", "video busy");
  await browser.devices.open(["video"]);
  await settled();
  browser.broken.busy = "NotReadableError";
  const { promise, resolve } = Promise.withResolvers<void>();
  browser.opening = promise;
  const chosen = browser.devices.choose("camera", "busy");
  await settled();
  browser.devices.stop("video");
  resolve();
  await chosen;
  assert.deepEqual([browser.sent, browser.live, browser.swaps], [[], [], []]);
});

Deno.test("devices: the only microphone, back but not started yet, is tried again; a refused one is not", async () => {
  for (const [name, isTried] of [["NotReadableError", true], ["NotAllowedError", false]] as const) {
    const browser = new Browser("audio headset");
    await browser.devices.open(["audio"]);
    await settled();
    await browser.unplug("headset");
    browser.broken.headset = name;
    await browser.plug("audio headset");
    assert.deepEqual(browser.sent, []);
    delete browser.broken.headset;
    await browser.changes();
    assert.deepEqual(browser.sent, isTried ? ["headset"] : [], name);
  }
});
