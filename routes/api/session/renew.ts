/**
 * `POST /api/session/renew`: a session lasts longer, and so do the sockets that are open with it (R20). A guest's is signed anew; a host
 * application's user brings a new token, as a bearer.
 */

import { accessDenied, noSession, renewedJson } from "../../(_kit)/api.ts";
import { define } from "../../(_kit)/define.ts";

export const handler = define.handlers({
  async POST({ state: { session, keepsToken, tokenRefusal, renew } }) {
    if (session === null) return noSession(tokenRefusal);
    const renewed = await renew(session);
    if (typeof renewed === "string") return accessDenied(renewed);
    const expiresInMs = Math.max(0, Math.round(renewed.session.expiresAt - Date.now()));
    return renewedJson({ expiresInMs }, renewed, { keepsToken });
  },
});
