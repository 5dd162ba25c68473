/** Builds the islands, and serves the app while it is developed. @module */
import { join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { App } from "./app.ts";
import { getBuildId } from "./build_id.ts";
import { bundle } from "./bundle.ts";
import { writeBuild } from "./disk.ts";
import type { ListenOptions } from "./listen.ts";
import { setSnapshot, type Snapshot, type StaticFile } from "./snapshot.ts";

type Mode = Snapshot["mode"];

/** Where things are, relative to `root`; the defaults are Fresh's. */
interface BuildOptions {
  /** A path or `file:` URL; the working directory if left out. */
  root?: string;
  /** The module that exports `app`. */
  serverEntry?: string;
  outDir?: string;
  staticDir?: string;
  islandDir?: string;
  routeDir?: string;
  /** The browsers to build for, in esbuild's words. */
  target?: string | string[];
  /** Paths of scripts that are neither route nor island. */
  ignore?: RegExp[];
}

/** What a build found on disk and made of it. */
export interface Build {
  buildId: string;
  outDir: string;
  serverEntry: string;
  clientEntry: string;
  islands: { url: string; path: string }[];
  routes: { id: string; path: string }[];
  statics: Map<string, string>;
  bundles: Map<string, Uint8Array<ArrayBuffer>>;
}

/** Builds an app. */
// deno-lint-ignore no-explicit-any -- it builds apps of every `State`
export class Builder<State = any> {
  readonly #options: Required<BuildOptions>;

  constructor(options: BuildOptions = {}) {
    const root = toPath(options.root ?? ".", Deno.cwd());
    const at = (path: string) => toPath(path, root);
    this.#options = {
      root,
      serverEntry: at(options.serverEntry ?? "main.ts"),
      outDir: at(options.outDir ?? "_fresh"),
      staticDir: at(options.staticDir ?? "static"),
      islandDir: at(options.islandDir ?? "islands"),
      routeDir: at(options.routeDir ?? "routes"),
      target: options.target ?? ["chrome99", "firefox99", "safari15"],
      ignore: options.ignore ?? [/[._]test\.(?:[tj]sx?|[mc][tj]s)$/],
    };
  }

  /** Builds in memory and serves; `deno run --watch` restarts it on edits. */
  async listen(
    importApp: () => Promise<{ app: App<State> } | App<State>>,
    options: ListenOptions = {},
  ): Promise<void> {
    const apply = await this.build({ mode: "development", snapshot: "memory" });
    const imported = await importApp();
    const app = imported instanceof App ? imported : imported.app;
    apply(app);
    await app.listen(options);
  }

  /**
   * Builds to `outDir`, or to memory for the function it returns to apply.
   *
   * @throws {Error} when a bundle cannot be made, with what esbuild found.
   */
  async build(options: { mode?: Mode; snapshot?: "disk" | "memory" } = {}): Promise<(app: App<State>) => void> {
    const { mode = "production", snapshot = "disk" } = options;
    const build = await this.#build(mode);
    if (snapshot === "disk") {
      await writeBuild(build);
      return () => {
        throw new Error("A build on disk is applied by its server.js");
      };
    }
    const loaded = await load(build, mode);
    return (app) => setSnapshot(app, loaded);
  }

  async #build(mode: Mode): Promise<Build> {
    const { root, outDir, serverEntry, target, ...dirs } = this.#options;
    const buildId = getBuildId();
    const base = `/_fresh/js/${buildId}/`;
    const routes: Build["routes"] = [];
    const islands = await this.#scripts(dirs.islandDir);
    for (const path of await this.#scripts(dirs.routeDir)) {
      const file = "/" + relative(dirs.routeDir, path).replaceAll("\\", "/");
      if (file.includes("/(_islands)/")) islands.push(path);
      else if (!file.includes("/(_")) {
        routes.push({ id: file.replace(/\.\w+$/, ""), path });
      }
    }

    const entries: Record<string, string> = {};
    for (const path of islands) {
      let name = relative(root, path).replace(/^islands.|\.\w+$/g, "")
        .replace(/\W+/g, "_");
      while (name in entries) name += "_";
      entries[name] = path;
    }
    const files = await bundle({ root, entries, target, buildId, mode });
    return {
      buildId,
      outDir,
      serverEntry,
      clientEntry: `${base}fresh-runtime.js`,
      islands: Object.entries(entries).map(([name, path]) => ({
        url: `${base}${name}.js`,
        path,
      })),
      routes,
      statics: await staticsOf(dirs.staticDir),
      bundles: new Map(files.map(([name, bytes]) => [base + name, bytes])),
    };
  }

  async #scripts(dir: string): Promise<string[]> {
    const isIgnored = (path: string) => this.#options.ignore.some((pattern) => pattern.test(path));
    const paths = await walk(dir);
    return paths.filter((path) => /\.[jt]sx?$/.test(path) && !isIgnored(path));
  }
}

function toPath(path: string, root: string): string {
  return resolve(root, path.startsWith("file:") ? fileURLToPath(path) : path);
}

async function walk(dir: string): Promise<string[]> {
  const paths: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(dir)) {
      const path = join(dir, name);
      if (isDirectory) paths.push(...await walk(path));
      else paths.push(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return paths.sort();
}

/** The files of `static/` by address, except hidden ones. */
async function staticsOf(dir: string): Promise<Map<string, string>> {
  const paths = (await walk(dir)).map((path) => ["/" + relative(dir, path).replaceAll("\\", "/"), path] as const);
  return new Map(paths.filter(([name]) => !/\/\.(?!well-known\/)/.test(name)));
}

async function load(build: Build, mode: Mode): Promise<Snapshot> {
  const { buildId, clientEntry, bundles, statics } = build;
  const files = new Map<string, StaticFile>([...statics, ...bundles]);
  const importPath = (path: string) => import(pathToFileURL(path).href);
  const islands = await Promise.all(build.islands.map(async (island) => ({
    url: island.url,
    module: await importPath(island.path),
  })));
  const routes = await Promise.all(build.routes.map(async (route) => ({
    id: route.id,
    module: await importPath(route.path),
  })));
  return { buildId, clientEntry, files, islands, mode, routes };
}
