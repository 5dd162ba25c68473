/** Which names people may have. */

import assert from "node:assert/strict";
import { displayName } from "./formats.ts";

Deno.test("displayName: 1 to 64 characters in any script, and what surrounds them is cut off", () => {
  const same = [
    "A",
    "a".repeat(64),
    "😀".repeat(64),
    "שלום",
    "مرحبا",
    "Жанна д’Арк",
    "<script>",
    'O\'Brien & "Co"',
    "👩‍👩‍👧",
  ];
  for (const name of same) assert.equal(displayName.parse(name), name);
  assert.equal(displayName.parse("  Ann \u00a0"), "Ann");
  assert.equal(displayName.parse(" " + "a".repeat(64) + " "), "a".repeat(64));
});

Deno.test("displayName: empty, too long and control characters are refused", () => {
  const bad = ["", " ", " \t\n\u3000", "a".repeat(65), "😀".repeat(65), "a".repeat(10_000), " ".repeat(10_000)];
  for (const name of [...bad, "a\0b", "a\nb", "a\tb", "a\x1b[2Jb", "a\x7fb", "a\x85b", "a\u2028b", "a\u2029b"]) {
    assert.equal(displayName.safeParse(name).success, false, JSON.stringify(name).slice(0, 40));
  }
  for (const name of [null, undefined, 1, {}, ["Ann"]]) assert.equal(displayName.safeParse(name).success, false);
});
