/** `POST /api/chats/:id/join`: takes a seat. A full chat and an unknown one answer alike (R1). */

import { accessDenied, noSession, renewedJson } from "../../../(_kit)/api.ts";
import { define } from "../../../(_kit)/define.ts";

export const handler = define.handlers({
  async POST({ params: { id }, state: { guests, hub, session, keepsToken, tokenRefusal } }) {
    if (guests === null) return accessDenied();
    if (session === null) return noSession(tokenRefusal);
    const joined = await guests.joinChat(session, id!);
    if (joined === null) return accessDenied();
    return renewedJson({ chatId: id, members: await hub.members(id!) }, joined, { keepsToken });
  },
});
