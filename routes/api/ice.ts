/** `GET /api/ice`: the STUN and TURN servers for this user, for clients that renew them. */

import { json, noSession } from "../(_kit)/api.ts";
import { define } from "../(_kit)/define.ts";

/** What does not expire do not expire; clients that ask again do so after this many seconds. */
const TTL_SECONDS = 24 * 3600;

export const handler = define.handlers({
  GET({ state: { viewer, tokenRefusal, ice } }) {
    if (viewer === null) return noSession(tokenRefusal);
    const { iceServers, ttl } = ice(viewer.userId);
    return json({ iceServers, ttl: ttl ?? TTL_SECONDS });
  },
});
