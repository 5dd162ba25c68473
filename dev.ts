/** `deno task dev` serves and watches; `deno task build` writes `_fresh/` for production. */

import { Builder } from "fresh/dev";

const builder = new Builder({
  target: ["chrome120", "firefox121", "safari17"],
  ignore: [/[._]test\.tsx?$/],
});

// The stylesheet and what it imports become one file on the wire, and scripts that are no modules go without their comments.
builder.onTransformStaticFile(
  { pluginName: "static", filter: /[\\/]static[\\/](styles\.css|\w+\.js)$/ },
  async ({ path, mode, target }) => {
    // A process for each build: a service of esbuild's would hold this one up, and browsers ask for several files at once.
    Deno.env.set("ESBUILD_WORKER_THREADS", "0");
    // deno-lint-ignore no-import-prefix -- loaded by builds alone
    const { buildSync } = await import("npm:esbuild@0.28.2");
    const { outputFiles: [file] } = buildSync({
      bundle: true,
      entryPoints: [path],
      minify: mode === "production",
      target,
      write: false,
    });
    return { content: file!.text };
  },
);

if (Deno.args.includes("build")) {
  await builder.build();
} else {
  await builder.listen(() => import("./main.ts"), {
    hostname: Deno.env.get("HOST") ?? "127.0.0.1",
    port: Number(Deno.env.get("PORT") ?? 8000),
  });
}
