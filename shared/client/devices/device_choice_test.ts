import assert from "node:assert/strict";
import {
  nextCamera,
  ownId,
  rememberedChoice,
  withChosen,
  withDevices,
  withEnded,
  withoutUse,
} from "./device_choice.ts";
import { type DeviceChange, type DeviceChoice, deviceToUse, NO_DEVICES } from "./device_choice_state.ts";

const KINDS = { camera: "videoinput", microphone: "audioinput", speaker: "audiooutput" } as const;
type Kind = keyof typeof KINDS;

const list = (kind: Kind, ids: readonly string[]) =>
  ids.map((deviceId) => ({ kind: KINDS[kind], deviceId, label: deviceId.toUpperCase() }));

/** The ids in a new list (`-`: none, and `""`: one that may not be seen), what is said of it, and what is to be used after it. */
type Step = [there: string, change: DeviceChange | null, use: string | null];

const chosen: [what: string, steps: Step[]][] = [
  ["there", [["a b", null, "a"], ["a b", null, "a"]]],
  ["goes away: the system's choice, and said", [["a b", null, "a"], ["b", "gone", null], ["b", null, null]]],
  ["comes back: taken again, and said", [["a b", null, "a"], ["b", "gone", null], ["a b", "back", "a"], [
    "a b",
    null,
    "a",
  ]]],
  ["goes away twice", [["a b", null, "a"], ["b", "gone", null], ["a b", "back", "a"], ["b", "gone", null]]],
  ["was never there: nothing to say of", [["b", null, null], ["b c", null, null]]],
  ["comes for the first time", [["b", null, null], ["a b", "back", "a"]]],
  ["is the only one, goes away and comes back", [["a", null, "a"], ["-", "gone", null], ["a", "back", "a"]]],
  ["is not told of before it is allowed", [["-", null, "a"], ["a b", null, "a"]]],
  ["may not be seen yet: it is tried", [["", null, "a"], ["a b", null, "a"]]],
  ["may not be seen any more: nothing is known of it", [["a b", null, "a"], ["", null, "a"], ["a", null, "a"]]],
];

for (const kind of ["camera", "microphone", "speaker"] as const) {
  for (const [what, steps] of chosen) {
    Deno.test(`device choice: the ${kind} that is chosen ${what}`, () => {
      let choice = withChosen(NO_DEVICES, kind, "a");
      for (const [there, change, use] of steps) {
        const next = withDevices(choice, list(kind, there === "-" ? [] : there.split(" ")));
        assert.deepEqual(next.changes, change === null ? {} : { [kind]: change }, there);
        assert.equal(deviceToUse(next.choice, kind), use, there);
        assert.equal(next.choice.chosen[kind], "a", "the choice stands");
        choice = next.choice;
      }
    });
  }
}

const at = (kind: Kind, choice: DeviceChoice, ...ids: string[]) => withDevices(choice, list(kind, ids)).choice;

Deno.test("device choice: the system's own choice that ends in use is taken again when it is back, in the same call only", () => {
  const used = at("microphone", NO_DEVICES, "a", "b");
  const ended = withEnded(at("microphone", used, "b"), "microphone", "a");
  assert.deepEqual(withDevices(ended, list("microphone", ["a", "b"])).changes, { microphone: "back" });
  assert.deepEqual(withDevices(withoutUse(ended), list("microphone", ["a", "b"])).changes, {});
});

Deno.test("device choice: the only one there is goes away, and comes back", () => {
  const used = at("camera", withChosen(NO_DEVICES, "camera", "a"), "a");
  const ended = withEnded(at("camera", used), "camera", "a");
  assert.equal(deviceToUse(ended, "camera"), null);
  const back = withDevices(ended, list("camera", ["a"]));
  assert.deepEqual([back.changes, deviceToUse(back.choice, "camera")], [{ camera: "back" }, "a"]);
});

Deno.test("device choice: what ends though it is there was taken or forbidden, and is not waited for", () => {
  const used = at("camera", withChosen(NO_DEVICES, "camera", "a"), "a", "b");
  assert.equal(withEnded(used, "camera", "a"), used);
  assert.equal(withEnded(used, "camera", null), used);
});

Deno.test("device choice: another choice, or none, ends the waiting for what went away", () => {
  const gone = at("speaker", at("speaker", withChosen(NO_DEVICES, "speaker", "a"), "a", "b"), "b");
  for (const id of ["b", null]) {
    const choice = withChosen(gone, "speaker", id);
    assert.equal(deviceToUse(choice, "speaker"), id);
    assert.deepEqual(withDevices(choice, list("speaker", ["a", "b"])).changes, {});
  }
});

Deno.test("device choice: Chromium's name for the system's choice is no device", () => {
  assert.equal(deviceToUse(withChosen(NO_DEVICES, "speaker", "default"), "speaker"), null);
  const kept = { get: () => "default", set: () => {} };
  assert.deepEqual(rememberedChoice(kept).chosen, { camera: null, microphone: null, speaker: null });
  const used = at("microphone", NO_DEVICES, "default", "a");
  assert.equal(withEnded(used, "microphone", "default"), used);
});

/** What is listed as kind, id and group, what a track of the microphone is set to as id and group, and the id of what it comes from. */
const behind: [what: string, listed: string[][], settings: string[], id: string | null][] = [
  ["a device of its own", [["audioinput", "a", "1"]], ["a", "1"], "a"],
  ["one that is not listed", [["audioinput", "b", "2"]], ["a", "1"], "a"],
  ["no device at all", [["audioinput", "a", "1"]], [], null],
  [
    "the system's choice, which stands for the headset",
    [["audioinput", "default", "1"], ["audioinput", "laptop", "2"], ["audioinput", "headset", "1"]],
    ["default", "1"],
    "headset",
  ],
  [
    "the system's choice, beside Windows' other one",
    [["audioinput", "default", "1"], ["audioinput", "communications", "1"], ["audioinput", "headset", "1"]],
    ["default", "1"],
    "headset",
  ],
  [
    "the system's choice, of which only the speaker is listed",
    [["audiooutput", "speaker", "1"], ["audioinput", "laptop", "2"]],
    ["default", "1"],
    "default",
  ],
  ["the system's choice, where nothing has a group", [["audioinput", "laptop", ""]], ["default", ""], "default"],
];

for (const [what, listed, [deviceId, groupId], id] of behind) {
  Deno.test(`device choice: a track comes from ${what}: ${id}`, () => {
    const devices = listed.map(([kind, deviceId, groupId]) => ({ kind, deviceId, groupId })) as MediaDeviceInfo[];
    const settings = { ...deviceId === undefined ? {} : { deviceId }, ...groupId === undefined ? {} : { groupId } };
    assert.equal(ownId(devices, "audioinput", settings), id);
  });
}

Deno.test("device choice: Switch camera takes the next one, also where the chosen one is away", () => {
  const gone = at("camera", at("camera", withChosen(NO_DEVICES, "camera", "a"), "a", "b", "c"), "b", "c");
  const next = nextCamera(gone, "b", false);
  assert.deepEqual([next.chosen.camera, deviceToUse(next, "camera")], ["c", "c"]);
});
