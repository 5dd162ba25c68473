/** `deno task dev` serves and watches; `deno task build` writes `_fresh/` for production. */

import { Builder } from "fresh/dev";

const builder = new Builder({
  target: ["chrome120", "firefox121", "safari17"],
  // In islands/, only a top-level component is an island; islands/call/ and islands/doctor/ hold the modules they are made of.
  ignore: [/[._]test\.tsx?$/, /[\\/]islands[\\/](call|doctor)[\\/]/],
});

if (Deno.args.includes("build")) {
  await builder.build();
} else {
  await builder.listen(() => import("./main.ts"), {
    hostname: Deno.env.get("HOST") ?? "127.0.0.1",
    port: Number(Deno.env.get("PORT") ?? 8000),
  });
}
