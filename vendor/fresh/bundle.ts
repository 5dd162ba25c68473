import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Manifest } from "./build.ts";

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Bundles the islands and the client runtime; throws what esbuild finds. Returns the bundles by address. */
export async function bundle(
  { root, target }: { root: string; target: string[] },
  { buildId, islands, mode }: Manifest,
): Promise<[address: string, bytes: Uint8Array<ArrayBuffer>][]> {
  if (islands.length === 0) return [];
  const isDev = mode === "development";
  const entries = islands.map((path) => [path.replace(/\.\w+$/, ""), join(root, path)]);
  // esbuild's service process and its worker thread would outlive the build, and hold the process up.
  Deno.env.set("ESBUILD_WORKER_THREADS", "0");
  const { buildSync } = await import("esbuild");
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    alias: { "fresh/runtime": here("runtime.ts") },
    bundle: true,
    define: { FRESH_BUILD_ID: JSON.stringify(buildId), "process.env.NODE_ENV": JSON.stringify(mode) },
    entryPoints: { "fresh-runtime": here("client.ts"), ...Object.fromEntries(entries) },
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
  const addressOf = (path: string) => `/_fresh/js/${buildId}/${relative(root, path).replaceAll("\\", "/")}`;
  return outputFiles.map(({ path, contents }) => [addressOf(path), new Uint8Array(contents)]);
}
