/** Renewing a session that is in a cookie: a host application's page, around this one, is asked for a new token, which becomes the session cookie. */

/** How long the page around may take to answer, in ms: one that does not know the question never does. */
const ANSWER_MS = 5_000;
/** How long the server may take to answer, in ms. */
const FETCH_MS = 10_000;

/**
 * Renews the session at a server: with a new token from the page around, which is given to `show` first, or as it is. False where
 * that cannot be. Never rejects.
 */
export async function renew(url: string, show?: (token: string) => void): Promise<boolean> {
  const token = await tokenFromHost();
  if (token !== null) show?.(token);
  try {
    const response = await fetch(new URL("/api/session/renew", url), {
      method: "POST",
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(FETCH_MS),
    });
    return response.ok;
  } catch {
    return false; // no network, or a text that no header may hold
  }
}

/**
 * Asks the page that this one is framed in for a new token; `null` where there is none, or no answer. The question holds nothing secret, so
 * that it need not know who is asked; the answer must come from that page, and `frame-ancestors` says which those may be.
 */
function tokenFromHost(): Promise<string | null> {
  if (parent === self) return Promise.resolve(null);
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
