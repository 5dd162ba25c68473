/** `POST /api/chats/:id/leave`: gives one's own seat back. */

import { accessDenied, noSession, renewedJson } from "../../../(_kit)/api.ts";
import { define } from "../../../(_kit)/define.ts";

export const handler = define.handlers({
  async POST({ params: { id }, state: { guests, session, keepsToken, tokenRefusal } }) {
    if (guests === null) return accessDenied();
    if (session === null) return noSession(tokenRefusal);
    const left = await guests.leaveChat(session, id!);
    return left === null ? accessDenied() : renewedJson({ chats: left.session.chats }, left, { keepsToken });
  },
});
