/** The pass of who has no session: it comes with a form, and back with it. */

import type { State } from "./define.ts";

/** The header that gives a form's visitor a pass, where they need one: a repeat of the form is the same visitor then. */
export async function passHeaders({ req, state }: { req: Request; state: State }): Promise<Record<string, string>> {
  const cookie = state.session === null ? await state.guests?.welcome(req.headers) ?? null : null;
  return cookie === null ? {} : { "set-cookie": cookie };
}
