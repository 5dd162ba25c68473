/** Puts values in the places a sentence keeps for them: `fill("{name} hung up", { name })`. */
export function fill(sentence: string, values: Readonly<Record<string, string | number>>): string {
  return sentence.replace(/\{(\w+)\}/g, (place, key: string) => String(values[key] ?? place));
}
