/** `GET /api/ice`: the STUN and TURN servers for this user, for clients that renew them. */

import { json, noSession } from "../(_kit)/api.ts";
import { define } from "../(_kit)/define.ts";

/** `ttl` of credentials that do not expire, in seconds: when clients ask again all the same. */
const TTL_SECONDS = 24 * 3600;

export const handler = define.handlers({
  GET({ state: { viewer, tokenRefusal, ice } }) {
    if (viewer === null) return noSession(tokenRefusal);
    const { iceServers, ttl } = ice(viewer.userId);
    return json({ iceServers, ttl: ttl ?? TTL_SECONDS });
  },
});
