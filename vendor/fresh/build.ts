/** The build that this process serves; `_fresh/server.js` imports it as `fresh/internal`. @module */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { setBuildId } from "./build_id.ts";

/** What the Builder found and made, as paths in the folder of the app. */
export interface Manifest {
  buildId: string;
  mode: "development" | "production";
  islands: string[];
  routes: string[];
  /** The files to serve: `static/…`, and the bundles in `_fresh/static/…`. */
  files: string[];
}

interface Build {
  isDev: boolean;
  /** Where browsers load the bundles. */
  bundles: string;
  /** Each function that a module of `islands/` exports, with where browsers load it. */
  islands: Map<unknown, { name: string; url: string }>;
  /** The modules of `routes/`, by their path there without the extension. */
  routes: Map<string, Record<string, unknown>>;
  /** The files to serve by address: where they are, or their bytes. */
  files: Map<string, string | Uint8Array<ArrayBuffer>>;
}

/** The build that this process serves; nothing until {@linkcode loadBuild}. */
export const build: Build = { isDev: false, bundles: "", islands: new Map(), routes: new Map(), files: new Map() };

/** Loads the build of the app in `root`. Call it once, before `app.handler()`. */
export async function loadBuild({ buildId, mode, islands, routes, files }: Manifest, root: string): Promise<void> {
  // Before any module is loaded, since its top level may call asset().
  setBuildId(buildId);
  build.isDev = mode === "development";
  build.bundles = `/_fresh/js/${buildId}/`;
  const load = (path: string) => import(pathToFileURL(join(root, path)).href);
  for (const path of islands) {
    const url = build.bundles + path.replace(/\.\w+$/, ".js");
    for (const [name, value] of Object.entries(await load(path))) {
      if (typeof value === "function") build.islands.set(value, { name, url });
    }
  }
  for (const path of routes) build.routes.set(path.replace(/^routes|\.\w+$/g, ""), await load(path));
  for (const path of files) build.files.set(path.replace(/^(_fresh\/)?static/, ""), join(root, path));
}
