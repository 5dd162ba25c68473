/** `POST /api/chats`: a new chat with the caller in it. The link is the invitation. */

import { accessDenied, noSession, renewedJson } from "../../(_kit)/api.ts";
import { define } from "../../(_kit)/define.ts";

export const handler = define.handlers({
  async POST({ url, state: { guests, session, keepsToken, tokenRefusal } }) {
    if (guests === null) return accessDenied();
    if (session === null) return noSession(tokenRefusal);
    const created = await guests.createChat(session);
    const { chatId } = created;
    return renewedJson({ chatId, url: new URL(`/chat/${chatId}`, url).href }, created, { keepsToken, status: 201 });
  },
});
