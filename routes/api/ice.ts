/** `GET /api/ice`: the STUN and TURN servers for this user, for clients that renew them. */

import { json, noSession } from "../(_kit)/api.ts";
import { define } from "../(_kit)/define.ts";

/** Static credentials do not expire; clients ask again after this many seconds all the same. */
const TTL_SECONDS = 24 * 3600;

export const handler = define.handlers({
  GET({ state: { session, iceServers } }) {
    if (session === null) return noSession();
    return json({ iceServers: iceServers(session.userId), ttl: TTL_SECONDS });
  },
});
