import { define } from "../(_kit)/define.ts";

export const handler = define.handlers({
  POST: (ctx) => ctx.text(`posted by ${ctx.state.user}`),
});
