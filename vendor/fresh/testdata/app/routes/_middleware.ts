import { define } from "./(_kit)/define.ts";

export default define.middleware(async (ctx) => {
  const response = await ctx.next();
  response.headers.set("x-middleware", ctx.state.user);
  return response;
});
