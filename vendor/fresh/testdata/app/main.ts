import { App, csp, HttpError, staticFiles } from "fresh";
import type { State } from "./routes/(_kit)/define.ts";

export const app = new App<State>()
  .get("/early", () => {
    throw new HttpError(404);
  })
  .use(staticFiles())
  .use(csp({ useNonce: true }))
  .use(async (ctx) => {
    ctx.state.user = "ada";
    const response = await ctx.next();
    response.headers.set("x-after", "1");
    return response;
  })
  .fsRoutes();
