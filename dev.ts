/** `deno task dev` serves and watches; `deno task build` writes `_fresh/` for production. */

import { Builder } from "fresh/dev";

const builder = new Builder({
  target: ["chrome120", "firefox121", "safari17"],
  ignore: [/[._]test\.tsx?$/],
});

if (Deno.args.includes("build")) {
  await builder.build();
} else {
  await builder.listen(() => import("./main.ts"), {
    hostname: Deno.env.get("HOST") ?? "127.0.0.1",
    port: Number(Deno.env.get("PORT") ?? 8000),
  });
}
