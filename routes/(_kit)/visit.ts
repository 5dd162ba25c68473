/** The pass of a visitor without a session: a cookie that is set with a form, and comes back with the post. */

import type { State } from "./define.ts";

/** The `Set-Cookie` that gives a visitor without a session a pass, so that the same form posted twice is one visitor's. */
export async function passHeaders({ req, state }: { req: Request; state: State }): Promise<Record<string, string>> {
  const cookie = state.session === null ? await state.guests?.welcome(req.headers) ?? null : null;
  return cookie === null ? {} : { "set-cookie": cookie };
}
