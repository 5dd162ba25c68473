import assert from "node:assert/strict";
import { isolated } from "../../shared/i18n/fill.ts";
import { fill, type Locale, pickLocale, strings } from "../../shared/i18n/i18n.ts";

const picks: [acceptLanguage: string | null, cookie: string | null, expected: Locale][] = [
  [null, null, "en"],
  ["", null, "en"],
  ["ru", null, "ru"],
  ["ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", null, "ru"],
  ["en-GB,en;q=0.9,ru;q=0.8", null, "en"],
  ["de-DE,de;q=0.9,ru;q=0.5,en;q=0.3", null, "ru"],
  ["en;q=0.2, RU ; q=0.4", null, "ru"],
  ["ru;q=0", null, "en"],
  ["ru;q=abc,*", null, "en"],
  ["fr,de", null, "en"],
  ["ru", "en", "en"],
  ["en", "ru", "ru"],
  ["ru", "de", "ru"],
];

for (const [acceptLanguage, cookie, expected] of picks) {
  Deno.test(`pickLocale: Accept-Language ${acceptLanguage}, cookie ${cookie} → ${expected}`, () => {
    assert.equal(pickLocale(acceptLanguage, cookie), expected);
  });
}

function* leaves(value: unknown, path: string): Generator<[path: string, sentence: string]> {
  if (typeof value === "string") yield [path, value];
  else for (const [key, child] of Object.entries(value as object)) yield* leaves(child, `${path}.${key}`);
}

const places = (sentence: string) => [...sentence.matchAll(/\{\w+\}/g)].map(String).sort();

for (const locale of ["en", "ru"] as const) {
  Deno.test(`dictionary ${locale}: no sentence is empty`, () => {
    for (const [path, sentence] of leaves(strings(locale), locale)) assert.notEqual(sentence.trim(), "", path);
  });
}

Deno.test("dictionaries: a translation asks for no value the English sentence does not get", () => {
  const english = new Map(leaves(strings("en"), ""));
  for (const [path, sentence] of leaves(strings("ru"), "")) {
    const known = places(english.get(path)!);
    for (const place of places(sentence)) assert.ok(known.includes(place), `${path}: ${place}`);
  }
});

Deno.test("fill: puts values in their places and leaves unknown places alone", () => {
  assert.equal(fill("{name} has {n} {x}", { name: "$& {n}", n: 3 }), "$& {n} has 3 {x}");
});

const FSI = "\u2068";
const PDI = "\u2069";
const RTL: Record<string, string> = {
  Hebrew: "שרה",
  Arabic: "محمد 5",
  "Arabic in presentation forms": "\uFEE3\uFEA4\uFEE4\uFEAA",
  Adlam: "\u{1E900}\u{1E922}",
  "N'Ko": "\u07D2\u07DE\u07CF",
  "Latin with a right-to-left mark": "Ann\u200F",
  "Latin and Hebrew": "Ann שרה",
};

for (const [what, name] of Object.entries(RTL)) {
  Deno.test(`fill: a name in ${what} is isolated from the sentence around it`, () => {
    assert.equal(fill("{name}: {n} s", { name, n: 5 }), `${FSI}${name}${PDI}: 5 s`);
    assert.equal(isolated(name), `${FSI}${name}${PDI}`);
  });
}

Deno.test("fill: a name that runs with the sentence stays as it is, in every other script", () => {
  for (const name of ["Ann", "Жанна", "Ἑλένη", "अमिता", "김철수", "あ", "สมชาย", "👩‍👩‍👧 7!", "\u2068", "\uFEFF"]) {
    assert.equal(fill("{name} hung up", { name }), `${name} hung up`);
  }
});
