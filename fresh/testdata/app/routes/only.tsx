import { define } from "../define.ts";

export const config = { routeOverride: "/only/:id([a-z]+)" };

export const handler = define.handlers({
  GET: (ctx) => ctx.text(`only ${ctx.params.id}`),
});
