/** `POST /chat/:id/clear`: forgets one's own calls in a chat, by a form; then the chat again. */

import { define } from "../../(_kit)/define.ts";
import { seeOther } from "../../(_kit)/form.ts";

export const handler = define.handlers({
  async POST({ params, state: { session, log } }) {
    const id = params.id!;
    if (session?.chats.includes(id)) await log.clear(session.userId, id);
    return seeOther(`/chat/${id}`);
  },
});
