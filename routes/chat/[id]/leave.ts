/** `POST /chat/:id/leave`: gives one's own seat back. A repeat, or a stranger, ends up at the same place: nothing is told (R1). */

import { define } from "../../(_kit)/define.ts";
import { seeOther } from "../../(_kit)/form.ts";

export const handler = define.handlers({
  async POST({ params: { id }, state: { guests, session } }) {
    const left = guests === null || session === null ? null : await guests.leaveChat(session, id!);
    return seeOther("/", left?.cookie);
  },
});
