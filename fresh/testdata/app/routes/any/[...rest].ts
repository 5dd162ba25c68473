import { define } from "../../define.ts";

export const handler = define.handlers({
  GET(ctx) {
    if (ctx.params.rest === "boom") throw new Error("boom");
    return ctx.text(ctx.params.rest!);
  },
});
