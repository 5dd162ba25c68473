/** A session in a cookie, which the browser adds by itself: for pages of the server's own origin. */

import type { Session } from "./transport.ts";

/** `url`: the server's origin. */
export function cookieSession(url: string): Session {
  const load = () => import("./session.ts");
  // In a frame the session is renewed by this module. It is loaded ahead: after the server's next start its address may be another.
  if (parent !== self) load().catch(() => {});
  return {
    credential: () => Promise.resolve({}),
    renew: (show) => load().then(({ renew }) => renew(url, show)).catch(() => false),
  };
}
