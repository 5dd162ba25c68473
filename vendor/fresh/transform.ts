import { join } from "node:path";
import type { Manifest } from "./build.ts";

/** A file of `static/`, as it is before it is served. */
interface StaticFile {
  /** Where it is, in the file system. */
  path: string;
  text: string;
  mode: Manifest["mode"];
  target: string | string[];
}

/** Gives what to serve in place of a file, or nothing to leave it as it is. */
export type Transform = (file: StaticFile) => void | { content: string } | Promise<void | { content: string }>;

/** What the app handed to `onTransformStaticFile`. */
export interface Transformer {
  filter: RegExp;
  transform: Transform;
}

/** What the files of `static/` become that a filter matches: one transformer gets what the one before it made. */
export async function transformAll(
  transformers: Transformer[],
  { root, target }: { root: string; target: string[] },
  { files, mode }: Manifest,
): Promise<[address: string, bytes: Uint8Array<ArrayBuffer>][]> {
  const made: [string, Uint8Array<ArrayBuffer>][] = [];
  for (const file of files) {
    const path = join(root, file);
    const matching = transformers.filter(({ filter }) => filter.test(path));
    if (matching.length === 0) continue;
    let text = await Deno.readTextFile(path);
    for (const { transform } of matching) text = (await transform({ path, text, mode, target }))?.content ?? text;
    made.push([file.replace(/^static/, ""), new TextEncoder().encode(text)]);
  }
  return made;
}
