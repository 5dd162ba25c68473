import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

interface BundleOptions {
  root: string;
  /** The islands by the name of their bundle. */
  entries: Record<string, string>;
  target: string | string[];
  buildId: string;
  mode: "development" | "production";
}

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/**
 * Bundles the islands and the client runtime.
 *
 * @throws {Error} with the messages of esbuild.
 */
export async function bundle(options: BundleOptions): Promise<[name: string, bytes: Uint8Array<ArrayBuffer>][]> {
  const { root, entries, target, buildId, mode } = options;
  if (Object.keys(entries).length === 0) return [];
  const isDev = mode === "development";
  // Both its service and its worker thread would outlive a build, and unawaited.
  Deno.env.set("ESBUILD_WORKER_THREADS", "0");
  const { buildSync } = await import("esbuild");
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    alias: { ...aliasesOf(root), "fresh/runtime": here("runtime.ts") },
    bundle: true,
    define: {
      FRESH_BUILD_ID: JSON.stringify(buildId),
      "process.env.NODE_ENV": JSON.stringify(mode),
    },
    entryPoints: { "fresh-runtime": here("client.ts"), ...entries },
    format: "esm",
    jsx: "automatic",
    jsxImportSource: "preact",
    logLevel: "silent",
    minify: !isDev,
    outdir: root,
    platform: "browser",
    sourcemap: isDev && "linked",
    splitting: true,
    target,
    write: false,
  });
  return outputFiles.map(({ path, contents }) => [
    relative(root, path),
    new Uint8Array(contents),
  ]);
}

/** The import map of the nearest deno.json, as esbuild's aliases. */
function aliasesOf(dir: string): Record<string, string> {
  const file = join(dir, "deno.json");
  if (!existsSync(file)) {
    return dirname(dir) === dir ? {} : aliasesOf(dirname(dir));
  }
  const { imports = {} } = JSON.parse(Deno.readTextFileSync(file));
  const aliases: Record<string, string> = {};
  for (const [key, target] of Object.entries<string>(imports)) {
    const name = /^npm:\/?(@?[^@]+)/.exec(target)?.[1];
    const path = target.startsWith(".") ? resolve(dir, target) : name;
    const alias = key.replace(/\/$/, "");
    if (path !== undefined && path !== alias) aliases[alias] = path;
  }
  return aliases;
}
