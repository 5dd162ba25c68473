/**
 * What the product's scripts are bundled with. Its service process, and its worker thread, would outlive a test: it gets none. Not among
 * `packages.ts`: a build of the product brings it along, so deno.lock has it too.
 */
export function esbuild() {
  Deno.env.set("ESBUILD_WORKER_THREADS", "0");
  // deno-lint-ignore no-import-prefix -- its version is that of dev.ts
  return import("npm:esbuild@0.28.2");
}
