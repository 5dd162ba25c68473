/** One question for camera and microphone: what is asked after which answer, what opens in the end, and what is said of the rest. */

import assert from "node:assert/strict";
import type { Cause, MediaContext } from "./causes.ts";
import { asksFirst, type Causes, type Kind, onceAnswered, type OpeningPorts, openMost } from "./opening.ts";
import type { MediaProblem } from "../state.ts";
import { Permission } from "../../../tests/support/permission.ts";

/** What a browser answers to a request for these kinds: the name of an error, or nothing where they open. */
type Answers = Partial<Record<"audio" | "video" | "audio+video", string>>;

interface Case {
  readonly answers: Answers;
  /** Which are there, as far as the browser lists them. */
  readonly listed?: readonly Kind[];
  /** What the browser was told before. */
  readonly told?: Partial<Record<Kind, PermissionState>>;
  /** The same once the first request is answered. */
  readonly toldThen?: Partial<Record<Kind, PermissionState>>;
  readonly disallowed?: readonly Kind[];
  /** The requests, in order; `~` for those where anything will do. */
  readonly requests: string;
  readonly causes: Causes;
}

const HERE: MediaContext = { isSecure: true, hasApi: true, isAllowed: true, isFramed: false };

const BOTH: Record<string, Case> = {
  "both open": { answers: {}, requests: "audio+video", causes: {} },
  "both refused: nobody is asked again": {
    answers: { "audio+video": "NotAllowedError" },
    requests: "audio+video",
    causes: { audio: "denied", video: "denied" },
  },
  "both refused, which the browser keeps": {
    answers: { "audio+video": "NotAllowedError" },
    told: { audio: "prompt", video: "prompt" },
    toldThen: { audio: "denied", video: "denied" },
    requests: "audio+video",
    causes: { audio: "denied", video: "denied" },
  },
  "the microphone was given before, so that the question, and its no, were about the camera": {
    answers: { "audio+video": "NotAllowedError", video: "NotAllowedError" },
    told: { audio: "granted", video: "prompt" },
    requests: "audio+video audio",
    causes: { video: "denied" },
  },
  "the same the other way round": {
    answers: { "audio+video": "NotAllowedError", audio: "NotAllowedError" },
    told: { audio: "prompt", video: "granted" },
    requests: "audio+video video",
    causes: { audio: "denied" },
  },
  "the camera was blocked before: the one question is for the microphone": {
    answers: { video: "NotAllowedError" },
    told: { audio: "prompt", video: "denied" },
    requests: "audio video",
    causes: { video: "denied" },
  },
  "both were blocked before: why is asked of the browser, and nobody else": {
    answers: { audio: "NotAllowedError by system", video: "NotAllowedError" },
    told: { audio: "denied", video: "denied" },
    requests: "audio video",
    causes: { audio: "system", video: "denied" },
  },
  "the system withholds the camera from a browser that may use both": {
    answers: { "audio+video": "NotAllowedError by system", video: "NotAllowedError by system" },
    told: { audio: "granted", video: "granted" },
    requests: "audio+video audio",
    causes: { video: "system" },
  },
  "a frame that may use the microphone only": {
    answers: { "audio+video": "NotAllowedError", video: "NotAllowedError" },
    disallowed: ["video"],
    requests: "audio+video audio",
    causes: { video: "policy" },
  },
  "a frame that may use neither": {
    answers: { "audio+video": "NotAllowedError" },
    disallowed: ["audio", "video"],
    requests: "audio+video",
    causes: { audio: "policy", video: "policy" },
  },
  "no camera": {
    answers: { "audio+video": "NotFoundError", video: "NotFoundError" },
    listed: ["audio"],
    requests: "audio+video audio",
    causes: { video: "missing" },
  },
  "no microphone": {
    answers: { "audio+video": "NotFoundError", audio: "NotFoundError" },
    listed: ["video"],
    requests: "audio+video video",
    causes: { audio: "missing" },
  },
  "no camera, and a no for the microphone": {
    answers: { "audio+video": "NotFoundError", audio: "NotAllowedError" },
    listed: ["audio"],
    requests: "audio+video audio",
    causes: { audio: "denied", video: "missing" },
  },
  "no camera, where the browser lists nothing": {
    answers: { "audio+video": "NotFoundError", video: "NotFoundError" },
    listed: [],
    requests: "audio+video audio",
    causes: { video: "missing" },
  },
  "no microphone, where the browser lists nothing": {
    answers: { "audio+video": "NotFoundError", audio: "NotFoundError" },
    listed: [],
    requests: "audio+video audio video",
    causes: { audio: "missing" },
  },
  "nothing there": {
    answers: { "audio+video": "NotFoundError", audio: "NotFoundError", video: "NotFoundError" },
    listed: [],
    requests: "audio+video audio video",
    causes: { audio: "missing", video: "missing" },
  },
  "a camera that another program has": {
    answers: { "audio+video": "NotReadableError", video: "NotReadableError" },
    requests: "audio+video audio",
    causes: { video: "busy" },
  },
  "a microphone that another program has": {
    answers: { "audio+video": "NotReadableError", audio: "NotReadableError" },
    requests: "audio+video audio video",
    causes: { audio: "busy" },
  },
  "both in use elsewhere": {
    answers: { "audio+video": "NotReadableError", audio: "NotReadableError", video: "AbortError" },
    requests: "audio+video audio video",
    causes: { audio: "busy", video: "busy" },
  },
  "a camera that cannot do what is asked of it, but less": {
    answers: { "audio+video": "OverconstrainedError" },
    requests: "audio+video ~audio+video",
    causes: {},
  },
  "a camera that cannot do even that": {
    answers: { "audio+video": "OverconstrainedError", "~audio+video": "OverconstrainedError" } as Answers,
    requests: "audio+video ~audio+video audio",
    causes: { video: "constraint" },
  },
  "a browser that names no reason": {
    answers: { "audio+video": "UnknownError", video: "UnknownError" },
    requests: "audio+video audio",
    causes: { video: "failed" },
  },
};

for (
  const [name, { answers, listed = ["audio", "video"], told = {}, toldThen = told, ...rest }] of Object.entries(BOTH)
) {
  Deno.test(`opening both: ${name}`, async () => {
    const requests: string[] = [];
    const ports: OpeningPorts = {
      request: (kinds, relaxed) => {
        const request = (relaxed ? "~" : "") + kinds.join("+");
        requests.push(request);
        const error = answers[request as keyof Answers];
        if (error === undefined) return Promise.resolve("open");
        const [name, ...words] = error.split(" ");
        return Promise.resolve({
          error: { name, message: words.join(" ") },
          listed: listed.map((kind) => ({ kind: `${kind}input` } as MediaDeviceInfo)),
        });
      },
      permission: (kind) => {
        const state = (requests.length === 0 ? told : toldThen)[kind];
        return Promise.resolve(state === undefined ? null : new Permission(state));
      },
      mediaContext: (kind) => ({ ...HERE, isAllowed: !rest.disallowed?.includes(kind) }),
    };
    const causes = await openMost(["audio", "video"], ports);
    assert.deepEqual({ requests: requests.join(" "), causes }, { requests: rest.requests, causes: rest.causes });
  });
}

type Told = PermissionState | null;

/** What the browser says of the microphone and of the camera, one after the other, and after which of it there is an answer. */
const ANSWERS: Record<string, { told: [Told, Told][]; answeredAfter: number | null }> = {
  "both given before": { told: [["granted", "granted"]], answeredAfter: 0 },
  "one given, one blocked before": { told: [["granted", "denied"]], answeredAfter: 0 },
  "both blocked before": { told: [["denied", "denied"]], answeredAfter: null },
  "the browser does not say": { told: [[null, null]], answeredAfter: null },
  "the browser says of one": { told: [["granted", null]], answeredAfter: null },
  "asked, and allowed": {
    told: [["prompt", "prompt"], ["granted", "prompt"], ["granted", "granted"]],
    answeredAfter: 2,
  },
  "asked, and refused": {
    told: [["prompt", "prompt"], ["denied", "prompt"], ["denied", "denied"]],
    answeredAfter: null,
  },
  "asked about the camera alone, and refused": {
    told: [["granted", "prompt"], ["granted", "denied"]],
    answeredAfter: 1,
  },
};

for (const [name, { told, answeredAfter }] of Object.entries(ANSWERS)) {
  Deno.test(`a question is answered: ${name}`, async () => {
    const [audio, video] = told[0]!.map((state) => state && new Permission(state)) as [
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
    for (const [audioThen, videoThen] of told.slice(1)) {
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

Deno.test("opening: devices that were released meanwhile are told of once, and nothing is asked after that", async () => {
  const requests: string[] = [];
  const ports: OpeningPorts = {
    request: (kinds) => {
      requests.push(kinds.join("+"));
      const refused = { error: { name: "NotReadableError" }, listed: [] };
      return Promise.resolve(requests.length === 1 ? refused : "superseded");
    },
    permission: () => Promise.resolve(null),
    mediaContext: () => HERE,
  };
  assert.equal(await openMost(["audio", "video"], ports), "superseded");
  assert.deepEqual(requests, ["audio+video", "audio"]);
});

Deno.test("a call without anything is placed for want of devices, and asked about where they are withheld", () => {
  const table: [MediaProblem, hasTracks: boolean, asks: boolean][] = [
    [{}, false, false], // to look and listen, as was said
    [{}, true, false],
    [{ camera: "missing", microphone: "missing" }, false, false],
    [{ microphone: "busy" }, false, false],
    [{ microphone: "constraint", camera: "failed" }, false, false],
    [{ camera: "denied", microphone: "denied" }, false, true],
    [{ camera: "denied", microphone: "denied" }, true, false],
    [{ camera: "denied" }, true, false],
    [{ camera: "missing", microphone: "denied" }, false, true],
  ];
  for (const [problem, hasTracks, asks] of table) {
    assert.equal(asksFirst(problem, hasTracks), asks, JSON.stringify(problem));
  }
  const withheld: Cause[] = ["denied", "system", "policy", "insecure", "unsupported"];
  for (const microphone of withheld) assert.equal(asksFirst({ microphone }, false), true, microphone);
});
