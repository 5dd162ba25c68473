import { define } from "./(_kit)/define.ts";

export const handler = define.handlers(() => {
  throw new Error("boom");
});
