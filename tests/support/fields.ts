/** Messages with a field more or less, whatever they are. */

/** A message that nobody has looked at. */
export type Json = { [key: string]: unknown };

/** Every field of a message, as a path. */
export function* paths(value: object, at: string[] = []): Generator<string[]> {
  for (const [key, child] of Object.entries(value)) {
    yield [...at, key];
    if (typeof child === "object" && child !== null) yield* paths(child, [...at, key]);
  }
}

/** A copy of a message with one field, given by its path, changed or (`undefined`) gone. */
export function changed(message: object, path: string[], value: unknown): Json {
  const copy = structuredClone(message) as Json;
  const parent = path.slice(0, -1).reduce((node, key) => node[key] as Json, copy);
  parent[path.at(-1)!] = value;
  return copy;
}
