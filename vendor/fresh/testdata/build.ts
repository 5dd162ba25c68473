import { cp } from "node:fs/promises";
import { Builder } from "../dev.ts";

const APP = `${import.meta.dirname}/app`;
const OPTIONS = { target: ["chrome120"], ignore: [/[\\/]islands[\\/].*\.ts$/] };

/** A copy of the app in a folder of its own, which goes away again. */
export async function copyOfApp(): Promise<AsyncDisposable & { root: string; builder: Builder }> {
  const root = await Deno.makeTempDir({ dir: import.meta.dirname, prefix: "tmp-" });
  await cp(APP, root, { recursive: true });
  return {
    root,
    builder: new Builder({ ...OPTIONS, root }),
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}
