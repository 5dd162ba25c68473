/** What people read about a device that does not open: of each cause something of its own, in each language. */

import assert from "node:assert/strict";
import type { Cause, MediaSource } from "../client/devices/causes.ts";
import { type Locale, strings } from "./i18n.ts";
import { causeText, problemText, subjectOf } from "./problem.ts";

const CAUSES: readonly Cause[] = [
  "denied",
  "system",
  "policy",
  "insecure",
  "unsupported",
  "busy",
  "missing",
  "constraint",
  "failed",
];

for (const locale of ["en", "ru"] satisfies Locale[]) {
  const { problems } = strings(locale).chat;

  Deno.test(`problems, ${locale}: each source and cause has words of its own, with no place left open`, () => {
    const texts = CAUSES.flatMap((cause) =>
      (["camera", "microphone", "both", "screen"] as const).map((source) => causeText(problems, source, cause))
    );
    assert.equal(texts.length, 36);
    for (const text of texts) assert.doesNotMatch(text, /[{}]/);
    assert.equal(new Set(texts).size, texts.length);
  });

  Deno.test(`problems, ${locale}: one cause of both is said once, two are said each`, () => {
    const once = problemText(problems, { camera: "denied", microphone: "denied" });
    assert.equal(once, causeText(problems, "both", "denied"));
    const twice = problemText(problems, { camera: "missing", microphone: "denied" });
    assert.equal(twice, `${causeText(problems, "microphone", "denied")} ${causeText(problems, "camera", "missing")}`);
  });
}

Deno.test("problems: a title says what is missed of a person, before it says anything of a screen", () => {
  const table: [Partial<Record<MediaSource, Cause>>, string][] = [
    [{ camera: "busy" }, "camera"],
    [{ microphone: "busy" }, "microphone"],
    [{ camera: "busy", microphone: "missing" }, "both"],
    [{ screen: "system" }, "screen"],
    [{ screen: "system", camera: "busy" }, "camera"],
  ];
  for (const [problem, subject] of table) assert.equal(subjectOf(problem), subject);
});
