/** When the question for camera and microphone is answered, by what the browser says of its permissions. */

import assert from "node:assert/strict";
import type { MediaContext } from "./causes.ts";
import { type Kind, onceAnswered } from "./opening.ts";
import { Permission } from "../../../tests/support/permission.ts";

const HERE: MediaContext = { isSecure: true, hasApi: true, isAllowed: true, isFramed: false };

/** What the browser says of a permission; `null`: nothing. */
type State = PermissionState | null;

/** What the browser says of the microphone and of the camera, one after the other, and after which of it there is an answer. */
const ANSWERS: Record<string, { states: [State, State][]; answeredAfter: number | null }> = {
  "both given before": { states: [["granted", "granted"]], answeredAfter: 0 },
  "one given, one blocked before": { states: [["granted", "denied"]], answeredAfter: 0 },
  "both blocked before": { states: [["denied", "denied"]], answeredAfter: null },
  "the browser does not say": { states: [[null, null]], answeredAfter: null },
  "the browser says of one": { states: [["granted", null]], answeredAfter: null },
  "asked, and allowed": {
    states: [["prompt", "prompt"], ["granted", "prompt"], ["granted", "granted"]],
    answeredAfter: 2,
  },
  "asked, and refused": {
    states: [["prompt", "prompt"], ["denied", "prompt"], ["denied", "denied"]],
    answeredAfter: null,
  },
  "asked about the camera alone, and refused": {
    states: [["granted", "prompt"], ["granted", "denied"]],
    answeredAfter: 1,
  },
};

for (const [name, { states, answeredAfter }] of Object.entries(ANSWERS)) {
  Deno.test(`a question is answered: ${name}`, async () => {
    const [audio, video] = states[0]!.map((state) => state && new Permission(state)) as [
      Permission | null,
      Permission | null,
    ];
    const answers: number[] = [];
    let now = 0;
    const ports = {
      permission: (kind: Kind) => Promise.resolve(kind === "audio" ? audio : video),
      mediaContext: () => HERE,
    };
    onceAnswered(["audio", "video"], ports, () => answers.push(now));
    await new Promise((resolve) => setTimeout(resolve));
    for (const [audioThen, videoThen] of states.slice(1)) {
      now++;
      if (audioThen !== null) audio!.set(audioThen);
      if (videoThen !== null) video!.set(videoThen);
    }
    assert.deepEqual(answers, answeredAfter === null ? [] : [answeredAfter], "once at most");
  });
}

/** Where a browser has allowed what cannot open all the same, for one kind or for both. */
const PLACES: Record<string, { there: Partial<MediaContext>; audioToo: boolean; isAnswered: boolean }> = {
  "a policy against both": { there: { isAllowed: false }, audioToo: true, isAnswered: false },
  "a policy against the camera": { there: { isAllowed: false }, audioToo: false, isAnswered: true },
  "a page that is not secure": { there: { isSecure: false }, audioToo: true, isAnswered: false },
  "nothing to ask by": { there: { hasApi: false }, audioToo: true, isAnswered: false },
  "a browser that does not say what the policy is": { there: { isAllowed: null }, audioToo: true, isAnswered: true },
};

for (const [name, { there, audioToo, isAnswered }] of Object.entries(PLACES)) {
  Deno.test(`a question is answered: not by a permission that is worth nothing: ${name}`, async () => {
    let isTold = false;
    const ports = {
      permission: () => Promise.resolve(new Permission("granted")),
      mediaContext: (kind: Kind) => kind === "video" || audioToo ? { ...HERE, ...there } : HERE,
    };
    onceAnswered(["audio", "video"], ports, () => isTold = true);
    await new Promise((resolve) => setTimeout(resolve));
    assert.equal(isTold, isAnswered);
  });
}

Deno.test("a question is answered: nobody hears of it who has taken back to be told", async () => {
  let isTold = false;
  const granted = { permission: () => Promise.resolve(new Permission("granted")), mediaContext: () => HERE };
  const forget = onceAnswered(["audio"], granted, () => isTold = true);
  forget();
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(isTold, false);
});
