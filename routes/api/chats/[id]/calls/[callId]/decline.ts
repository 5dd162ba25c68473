/** `POST /api/chats/:id/calls/:callId/decline`: declines a call that rings, where no page is open. A late or repeated one is nothing. */

import { accessDenied, json, noSession, notHere } from "../../../../../(_kit)/api.ts";
import { define } from "../../../../../(_kit)/define.ts";

export const handler = define.handlers({
  POST({ params: { id, callId }, state: { hub, push, session, tokenRefusal } }) {
    if (push === null) return notHere();
    if (session === null) return noSession(tokenRefusal);
    if (!session.chats.includes(id!)) return accessDenied();
    hub.decline(session.userId, id!, callId!);
    return json({});
  },
});
