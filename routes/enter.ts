/**
 * `POST /enter`: a host application's page brings its user in, by a form with a `token` it signed and the `chat` to open. By a
 * form, so that the token stays out of addresses, histories and logs; a frame can be its target. In a frame of another site the
 * browser may keep no cookie: then the chat's page says so, and offers the same by `entry`, a key for once, in a new tab. The key is in
 * the fragment of its address, which comes back to no server, so into no log or trace: `static/entry.js` puts it into that form.
 */

import { chatId } from "../shared/protocol/formats.ts";
import { httpError } from "../signaling/http/responses.ts";
import { accessDenied } from "./(_kit)/api.ts";
import { define } from "./(_kit)/define.ts";
import { readForm, seeOther } from "./(_kit)/form.ts";
import { isInForeignFrame } from "./(_kit)/frame.ts";

export const handler = define.handlers({
  /** A reload, or the language switch of the page that says why somebody was not let in. */
  GET: () => httpError(405, "INVALID_MESSAGE", "Expected a form by POST"),

  async POST({ req, state }) {
    const form = await readForm(req);
    if (form instanceof Response) return form;
    const chat = chatId.safeParse(form.get("chat"));
    const entry = form.get("entry");
    // A token proves itself, whatever page posts it; a key is for a form of ours.
    const refusal = entry === null ? null : state.originRefusal();
    if (refusal !== null) return refusal;
    const token = entry === null ? String(form.get("token") ?? "") : await state.hub.takeEntry(String(entry)) ?? "";
    const entered = await state.enter(token);
    if (typeof entered === "string") return accessDenied(entered);
    if (!chat.success || !entered.session.chats.includes(chat.data)) {
      return accessDenied("the token is good, but the chat is not one of its chats");
    }
    const needsProof = state.session === null && isInForeignFrame(req);
    const rest = needsProof ? `?entry#${await state.hub.keepEntry(token)}` : "";
    return seeOther(`/chat/${chat.data}${rest}`, entered.cookie);
  },
});
