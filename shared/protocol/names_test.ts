import assert from "node:assert/strict";
import { fc } from "../../tests/support/packages.ts";
import { MAX_NAME_LENGTH } from "./constants.ts";
import { cleanName } from "./names.ts";
import { displayName } from "./formats.ts";

const isName = (text: string) => displayName.safeParse(text).success;
const length = (text: string) => Array.from(text).length;

const INVISIBLE: Record<string, string> = {
  "Hangul filler": "\u3164",
  "halfwidth Hangul filler": "\uFFA0",
  "Hangul choseong and jungseong fillers": "\u115F\u1160",
  "braille pattern blank": "\u2800",
  "zero width space, joiner and non-joiner": "\u200B\u200C\u200D",
  "word joiner and invisible operators": "\u2060\u2061\u2062\u2063\u2064",
  "soft hyphen": "\u00AD",
  "Mongolian vowel separator and variation selectors": "\u180E\u180B\u180C\u180D\u180F",
  "Khmer inherent vowels": "\u17B4\u17B5",
  "combining grapheme joiner": "\u034F",
  "variation selectors": "\uFE00\uFE0F\u{E0100}",
  "tags": "\u{E0041}\u{E0042}\u{E007F}",
  "combining marks alone": "\u0301\u20DD\u0488",
  "directional marks": "\u200E\u200F\u061C",
  "musical null note head": "\u{1D159}",
  "Egyptian blanks": "\u{13441}\u{13442}",
  "spaces of every width": "\u00A0\u2003\u202F\u205F\u3000",
  "byte order mark": "\uFEFF",
  "unassigned and private use": "\u0378\uE000\u{10FFFD}",
  "shorthand format controls": "\u{1BCA0}\u{1BCA3}",
};

for (const [what, text] of Object.entries(INVISIBLE)) {
  Deno.test(`names: ${what} are no name, and harmless beside a letter`, () => {
    assert.equal(isName(text), false);
    assert.equal(isName(text.repeat(3)), false);
    assert.equal(cleanName(text), "");
    assert.ok(isName(`A${text}`));
  });
}

for (
  const name of [
    "Ann",
    "Жанна",
    "שרה",
    "محمد",
    "김철수",
    "あ",
    "नमस्ते",
    "می‌خواهم",
    "👩‍👩‍👧",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "❤️",
    "!",
    "7",
    "⠃",
    "O’Neil-Smith 3rd",
  ]
) {
  Deno.test(`names: ${name} is one, and stays as it is`, () => {
    assert.equal(displayName.parse(name), name);
    assert.equal(cleanName(name), name);
  });
}

const cleaned: [text: string, name: string][] = [
  ["  Ann\tB.\r\nSmith\u2028 ", "Ann B. Smith"],
  ["\u202EAnn\u202C \u2066x\u2069", "Ann x"],
  ["a \u202A b", "a b"],
  ["\uD83DAnn\uDE00", "Ann"],
  ["a".repeat(80), "a".repeat(64)],
  ["a".repeat(63) + " b", "a".repeat(63)],
  // No half of a family.
  ["a".repeat(62) + "👩‍👩‍👧", "a".repeat(62)],
  ["e\u0301".repeat(40), "e\u0301".repeat(32)],
  ["e" + "\u0301".repeat(99), "e" + "\u0301".repeat(63)],
  ["\u2800".repeat(70) + "a", ""],
  ["", ""],
];

for (const [text, name] of cleaned) {
  Deno.test(`cleanName: ${JSON.stringify(text.slice(0, 20))} → ${JSON.stringify(name.slice(0, 20))}`, () => {
    assert.equal(cleanName(text), name);
  });
}

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 100 }),
  fc.string({
    unit: fc.constantFrom("a", " ", "\n", "\u202E", "\u3164", "\uD83D", "\uDE00", "ש", "\u0301", "👩‍👧"),
    maxLength: 100,
  }),
);

Deno.test("cleanName: of any text, nothing or a valid name, and a clean name stays itself", () => {
  fc.assert(
    fc.property(text, (given) => {
      const name = cleanName(given);
      assert.ok(length(name) <= MAX_NAME_LENGTH);
      assert.equal(name === "" || isName(name), true);
      assert.equal(cleanName(name), name);
      if (name !== "") assert.equal(displayName.parse(name), name);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("displayName: whatever is taken has something to see and nothing that turns the text around it", () => {
  fc.assert(
    fc.property(text, (given) => {
      if (!isName(given)) return;
      const name = displayName.parse(given);
      assert.match(name, /[^\p{Default_Ignorable_Code_Point}\p{White_Space}\p{M}\p{C}]/u);
      assert.doesNotMatch(name, /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u);
    }),
    { numRuns: 2_000 },
  );
});
