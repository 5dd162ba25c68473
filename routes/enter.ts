/**
 * `POST /enter`: a host application's page brings its user in, by a form with a `token` it signed and the `chat` to open. By a
 * form, so that the token stays out of addresses, histories and logs; a frame can be its target.
 */

import { chatId } from "../shared/protocol.ts";
import { httpError } from "../signaling/http.ts";
import { accessDenied } from "./(_kit)/api.ts";
import { define } from "./(_kit)/define.ts";
import { readForm, seeOther } from "./(_kit)/form.ts";

export const handler = define.handlers({
  /** A reload, or the language switch of the page that says why somebody was not let in. */
  GET: () => httpError(405, "INVALID_MESSAGE", "Expected a form by POST"),

  async POST({ req, state }) {
    const form = await readForm(req);
    if (form instanceof Response) return form;
    const chat = chatId.safeParse(form.get("chat"));
    const entered = await state.enter(String(form.get("token") ?? ""));
    if (typeof entered === "string") return accessDenied(entered);
    if (!chat.success || !entered.session.chats.includes(chat.data)) {
      return accessDenied("the token is good, but the chat is not one of its chats");
    }
    return seeOther(`/chat/${chat.data}`, entered.cookie);
  },
});
