/** `deno task dev` serves and watches; `deno task build` writes `_fresh/` for production. */

import { Builder } from "fresh/dev";

const builder = new Builder({
  target: ["chrome120", "firefox121", "safari17"],
  ignore: [/[._]test\.tsx?$/],
});

// The stylesheet and what it imports become one file on the wire.
builder.onTransformStaticFile(
  { pluginName: "styles", filter: /[\\/]static[\\/]styles\.css$/ },
  async ({ path, mode, target }) => {
    // deno-lint-ignore no-import-prefix -- loaded by builds alone
    const { build, stop } = await import("npm:esbuild@0.28.2");
    const { outputFiles: [file] } = await build({
      bundle: true,
      entryPoints: [path],
      minify: mode === "production",
      target,
      write: false,
    });
    await stop();
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
