/**
 * Puts values in the places a sentence keeps for them: `fill("{name} hung up", { name })`. Names get into sentences here and nowhere
 * else, so here they are kept apart: see `isolated`.
 */
export function fill(sentence: string, values: Readonly<Record<string, string | number>>): string {
  return sentence.replace(/\{(\w+)\}/g, (place, key: string) => isolated(String(values[key] ?? place)));
}

/** Where Unicode has right-to-left scripts and the marks that stand for them (DerivedBidiClass.txt: R and AL, the defaults included). */
const RIGHT_TO_LEFT = /[\u0590-\u08FF\u200F\uFB1D-\uFDFF\uFE70-\uFEFE\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

/**
 * The text between first-strong isolate and its end (UAX #9, 2.4.3), where it runs from right to left: else digits and punctuation
 * beside it would change sides. Every sentence here runs from left to right, so other text stays as it is, also in accessible names;
 * so does a list of isolated names (a name has no isolates in it).
 */
export function isolated(text: string): string {
  return RIGHT_TO_LEFT.test(text) && !text.includes("\u2068") ? `\u2068${text}\u2069` : text;
}
