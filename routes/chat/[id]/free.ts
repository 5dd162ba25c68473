/**
 * `POST /chat/:id/free`: who made the chat frees the seat of its `member`. A repeat, and anybody else, is sent back to the chat, which
 * shows what is so to members and asks strangers to join (R1).
 */

import { define } from "../../(_kit)/define.ts";
import { chatPath, readForm, seeOther } from "../../(_kit)/form.ts";

export const handler = define.handlers({
  async POST({ req, params: { id }, state: { guests, session } }) {
    const form = await readForm(req);
    if (form instanceof Response) return form;
    if (guests !== null && session !== null) await guests.freeSeat(session, id!, String(form.get("member") ?? ""));
    return seeOther(chatPath(id!));
  },
});
