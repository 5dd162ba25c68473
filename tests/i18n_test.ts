import assert from "node:assert/strict";
import { fill, type Locale, pickLocale, strings } from "../shared/i18n.ts";

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
