/** `GET /api/chats/:id/calls`: one's own calls in a chat, newest first. `DELETE`: forgets them, and nobody else's. */

import { accessDenied, json, noSession } from "../../../(_kit)/api.ts";
import { CALLS_SHOWN } from "../../../(_kit)/calls.ts";
import { define, type State } from "../../../(_kit)/define.ts";

export const handler = define.handlers({
  async GET({ params: { id }, state }) {
    const user = userOf(state, id!);
    return user instanceof Response ? user : json({ calls: await state.log.calls(user, id!, CALLS_SHOWN) });
  },

  async DELETE({ params: { id }, state }) {
    const user = userOf(state, id!);
    if (user instanceof Response) return user;
    await state.log.clear(user, id!);
    return json({ calls: [] });
  },
});

/** Who asks, as a member of the chat; or the refusal (R1). */
function userOf({ session, tokenRefusal }: State, id: string): string | Response {
  if (session === null) return noSession(tokenRefusal);
  return session.chats.includes(id) ? session.userId : accessDenied();
}
