/** A session in a token, which the server is shown: no cookie is sent or kept, so the page may be of any origin. */

import { BEARER_PREFIX } from "../../../protocol/constants.ts";
import type { Session } from "./transport.ts";

/**
 * `source`: the token, or where to get one: asked at the start, and again when the last one is about to end or is not believed. `null`
 * says that there is none any more, a rejection that there is none now.
 */
export function tokenSession(source: string | (() => Promise<string | null>)): Session {
  const ask = async () => typeof source === "string" ? null : await source();
  // Without a token the server refuses this user, and then it is asked for again.
  let token = typeof source === "string" ? Promise.resolve(source) : ask().then((first) => first ?? "", () => "");
  return {
    async credential() {
      const shown = await token;
      return {
        request: { credentials: "omit", headers: { authorization: `Bearer ${shown}` } },
        protocols: [BEARER_PREFIX + shown],
      };
    },
    async renew(show) {
      const next = await ask();
      if (next === null) return false;
      token = Promise.resolve(next);
      show?.(next);
      return true;
    },
  };
}
