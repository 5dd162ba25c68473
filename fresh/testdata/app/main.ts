import { App, csp, staticFiles } from "fresh";
import type { State } from "./define.ts";

export const app = new App<State>()
  .use(staticFiles())
  .use(csp({ useNonce: true }))
  .use(async (ctx) => {
    ctx.state.user = "ada";
    const response = await ctx.next();
    response.headers.set("x-after", "1");
    return response;
  })
  .get("/early", (ctx) => ctx.render(null))
  .get("/api/ping", (ctx) => ctx.json({ pong: true }))
  .fsRoutes();
