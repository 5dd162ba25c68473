/** Texts that are nearly right, for property tests. */

import { fc } from "./packages.ts";

/** One of the texts with a piece cut out, and another put in its place. */
export const mutated = (sources: readonly string[]) =>
  fc.tuple(fc.constantFrom(...sources), fc.nat(), fc.nat(8), fc.string({ unit: "binary" }))
    .map(([text, at, cut, put]) => text.slice(0, at % text.length) + put + text.slice(at % text.length + cut));
