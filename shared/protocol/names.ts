/** What a display name is, and how to make one of any text. Pure, and without zod: `displayName` in `formats.ts` is the schema. */

import { MAX_NAME_LENGTH } from "./constants.ts";

/**
 * Blank in every font, although no Unicode property says so: the braille pattern without dots, the null note head and the blank
 * hieroglyphs. (Hangul fillers, which are letters by category, are default-ignorable like variation selectors and tags.)
 */
const BLANK = "\\u2800\\u{1D159}\\u{13441}\\u{13442}";

/**
 * Never part of a name: control characters, line ends, surrogates without their other half, and the embeddings, overrides and
 * isolates that would turn the text around the name (UAX #9, 2.1 to 2.4). What is left nests well within one isolate.
 */
const LINE_BREAKING = "\\p{Cc}\\p{Zl}\\p{Zp}";
const TURNING = "\\p{Cs}\\u202A-\\u202E\\u2066-\\u2069";

/** A letter, digit, punctuation mark or symbol that takes ink. Marks alone do not count: they belong to what is before them. */
const SEEN = `(?=[\\p{L}\\p{N}\\p{P}\\p{S}])(?!\\p{Default_Ignorable_Code_Point})[^${BLANK}]`;

/** A name: something to see, on one line, at most `MAX_NAME_LENGTH` code points, that turns no other text around. */
export const NAME = new RegExp(`^(?=.*?${SEEN})[^${LINE_BREAKING}${TURNING}]{1,${MAX_NAME_LENGTH}}$`, "u");

const seen = new RegExp(SEEN, "u");
const turning = new RegExp(`[${TURNING}]`, "gu");
const spaces = new RegExp(`[\\p{White_Space}${LINE_BREAKING}]+`, "gu");

/**
 * The name in any text: on one line, without what does not belong into a name, cut between two characters as people see them
 * where it is too long. `""` where nothing is left to be seen. What it returns is a valid `displayName`, and stays itself.
 */
export function cleanName(text: string): string {
  const line = text.replace(turning, "").replace(spaces, " ").trim();
  const name = shortened(line);
  return seen.test(name) ? name : "";
}

/** Whole graphemes (UAX #29) as long as they fit; one that is too long by itself is cut. */
function shortened(line: string): string {
  if (Array.from(line).length <= MAX_NAME_LENGTH) return line;
  let kept = "";
  let length = 0;
  for (const { segment } of new Intl.Segmenter().segment(line)) {
    const points = Array.from(segment);
    if (length + points.length > MAX_NAME_LENGTH) {
      if (length === 0) kept = points.slice(0, MAX_NAME_LENGTH).join("");
      break;
    }
    kept += segment;
    length += points.length;
  }
  return kept.trim();
}
