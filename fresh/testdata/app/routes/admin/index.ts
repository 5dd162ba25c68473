import { define } from "../../define.ts";

export const handler = define.handlers({
  POST: (ctx) => ctx.text(`posted by ${ctx.state.user}`),
});
