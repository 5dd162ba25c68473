/** Builds the islands, and serves the app while it is developed. @module */
import { globSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { App } from "./app.ts";
import { build, loadBuild, type Manifest } from "./build.ts";
import { bundle } from "./bundle.ts";
import { type Transform, transformAll, type Transformer } from "./transform.ts";

/** What to build. */
export interface BuildOptions {
  /** The folder of the app; the working directory if left out. */
  root?: string;
  /** The browsers to build for, in esbuild's words. */
  target: string[];
  /** Paths of scripts that are neither route nor island. */
  ignore: RegExp[];
}

const SERVER = `// Made by the build; edits are lost.
import { loadBuild } from "fresh/internal";
import { app } from "../main.ts";
import manifest from "./manifest.json" with { type: "json" };

await loadBuild(manifest, import.meta.dirname + "/..");
export default { fetch: app.handler() };
`;

/** Builds an app. */
export class Builder {
  readonly #options: Required<BuildOptions>;
  readonly #transformers: Transformer[] = [];

  constructor(options: BuildOptions) {
    this.#options = { ...options, root: resolve(options.root ?? ".") };
  }

  /** Has files of `static/` transformed before they are served, each by all whose `filter` its path matches, in this order. */
  onTransformStaticFile({ filter }: { pluginName: string; filter: RegExp }, transform: Transform): void {
    this.#transformers.push({ filter, transform });
  }

  /** Builds in memory and serves; `deno run --watch` restarts it on edits. */
  async listen(
    importApp: () => Promise<{ app: Pick<App<unknown>, "config" | "handler"> }>,
    options: Deno.ServeTcpOptions & { port: number },
  ): Promise<void> {
    const manifest = this.#find("development");
    const made = await this.#make(manifest);
    await loadBuild(manifest, this.#options.root);
    for (const [address, bytes] of made) build.files.set(address, bytes);
    const { app } = await importApp();
    app.config.mode = "development";
    Deno.serve(options, app.handler());
  }

  /** Builds for production, to `_fresh/`, which it clears first. Throws what esbuild finds. */
  async build(): Promise<void> {
    const manifest = this.#find("production");
    const made = await this.#make(manifest);
    const outDir = join(this.#options.root, "_fresh");
    rmSync(outDir, { recursive: true, force: true });
    await Deno.mkdir(outDir);
    for (const [address, bytes] of made) {
      const path = join(outDir, "static", address);
      await Deno.mkdir(dirname(path), { recursive: true });
      await Deno.writeFile(path, bytes);
      manifest.files.push(`_fresh/static${address}`);
    }
    await Deno.writeTextFile(join(outDir, "manifest.json"), JSON.stringify(manifest, null, 2));
    await Deno.writeTextFile(join(outDir, "server.js"), SERVER);
  }

  /** Makes the bundles, and what `static/` becomes by transformation, by address. */
  async #make(manifest: Manifest): Promise<[address: string, bytes: Uint8Array<ArrayBuffer>][]> {
    const bundles = await bundle(this.#options, manifest);
    return [...bundles, ...await transformAll(this.#transformers, this.#options, manifest)];
  }

  /** Finds what the app is made of. */
  #find(mode: Manifest["mode"]): Manifest {
    const { root, ignore } = this.#options;
    const given = Deno.env.get("DENO_DEPLOYMENT_ID") || Deno.env.get("GITHUB_SHA");
    const buildId = given || crypto.randomUUID().replaceAll("-", "");
    // Hidden files do not match.
    const find = (pattern: string) => globSync(pattern, { cwd: root }).map((path) => path.replaceAll("\\", "/"));
    const isOurs = (path: string) => !ignore.some((pattern) => pattern.test(join(root, path)));
    const islands = find("islands/**/*.{ts,tsx}").filter(isOurs);
    const routes = find("routes/**/*.{ts,tsx}").filter((path) => isOurs(path) && !path.includes("/(_"));
    return { buildId, mode, islands, routes, files: find("static/**/*.*") };
  }
}
