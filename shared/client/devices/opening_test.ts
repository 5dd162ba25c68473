/** One question for camera and microphone: what opens in the end, and what is said of the rest. */

import assert from "node:assert/strict";
import type { Cause, MediaContext } from "./causes.ts";
import { asksFirst, type Causes, type Kind, type OpeningPorts, openMost } from "./opening.ts";
import type { MediaProblem } from "../state.ts";
import { Permission } from "../../../tests/support/permission.ts";

/** What a browser answers to a request for these kinds: the name of an error, or nothing where they open. */
type Answers = Partial<Record<"audio" | "video" | "audio+video", string>>;

interface Case {
  readonly answers: Answers;
  /** Which are there, as far as the browser lists them. */
  readonly listed?: readonly Kind[];
  /** What the browser says of permissions before the first request. */
  readonly told?: Partial<Record<Kind, PermissionState>>;
  /** What the browser says of permissions once the first request is answered. */
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
