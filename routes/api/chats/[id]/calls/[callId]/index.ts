/**
 * `GET /api/chats/:id/calls/:callId`: where a call to the one who asks stands, with the words of a notification in their language: what
 * `static/sw.js` asks before it shows one, since what was pushed may be late. Of a call that is not known it says that it is over.
 */

import { fill } from "../../../../../../shared/i18n/i18n.ts";
import { MAX_IN_CHAT } from "../../../../../../signaling/log/call_log.ts";
import { accessDenied, json, noSession } from "../../../../../(_kit)/api.ts";
import { define } from "../../../../../(_kit)/define.ts";

export const handler = define.handlers({
  async GET({ params: { id, callId }, state: { hub, log, session, t: { chat: t }, tokenRefusal } }) {
    if (session === null) return noSession(tokenRefusal);
    if (!session.chats.includes(id!)) return accessDenied();
    const call = hub.ringing(session.userId, id!, callId!);
    if (call !== null) {
      const { caller: { name }, media, expiresAt, acknowledged } = call;
      return json({
        state: "ringing",
        isRung: acknowledged,
        expiresInMs: Math.max(0, Math.round(expiresAt - Date.now())),
        title: fill(t.ringTitle, { name }),
        body: fill(t.incoming[media], { name }),
        accept: t.accept,
        decline: t.decline,
      });
    }
    const calls = await log.calls(session.userId, id!, MAX_IN_CHAT);
    const logged = calls.find((one) => one.callId === callId);
    if (!logged?.missed || logged.peer === null) return json({ state: "over" });
    return json({ state: "missed", title: fill(t.missed[logged.media], { name: logged.peer.name }) });
  },
});
