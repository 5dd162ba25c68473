/** The host application's page around the call page, which signs this user's tokens, and the session in the cookie. */

/** An answer that has not come by then does not come, in ms: the page around may not know the question. */
const ANSWER_MS = 10_000;

/**
 * Asks the page that this one is framed in for a new token; `null` where there is none, or no answer. The question holds nothing secret, so
 * that it need not know who is asked; the answer must come from that page, and `frame-ancestors` says which those may be. Never rejects.
 */
export function tokenFromHost(): Promise<string | null> {
  if (parent === window) return Promise.resolve(null);
  return new Promise((resolve) => {
    const done = (token: string | null) => {
      clearTimeout(timer);
      removeEventListener("message", hear);
      resolve(token);
    };
    const hear = ({ source, data }: MessageEvent) => {
      if (source === parent && data?.type === "zvonok:token" && typeof data.token === "string") done(data.token);
    };
    const timer = setTimeout(() => done(null), ANSWER_MS);
    addEventListener("message", hear);
    parent.postMessage({ type: "zvonok:token-wanted" }, "*");
  });
}

/** Renews the session in the cookie, with a new token or (`null`) the one that is there. False where that cannot be. Never rejects. */
export async function renewSession(token: string | null): Promise<boolean> {
  try {
    const response = await fetch("/api/session/renew", {
      method: "POST",
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return response.ok;
  } catch {
    return false; // no network, or no such thing as a token
  }
}
