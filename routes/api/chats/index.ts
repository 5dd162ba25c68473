/** `POST /api/chats`: a new chat with the caller in it. The link is the invitation. */

import { accessDenied, json, noSession } from "../../(_kit)/api.ts";
import { define } from "../../(_kit)/define.ts";

export const handler = define.handlers({
  async POST({ url, state: { guests, session, tokenRefusal } }) {
    if (guests === null) return accessDenied();
    if (session === null) return noSession(tokenRefusal);
    const { chatId, cookie } = await guests.createChat(session);
    return json({ chatId, url: new URL(`/chat/${chatId}`, url).href }, { status: 201, cookie });
  },
});
