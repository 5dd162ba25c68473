/** Whether the browser keeps cookies for this page: in a frame of another site, or when it is told so, it may not, and says nothing. */

const PROBE = "zvonok.probe=1";

/** Sets a cookie with the session cookie's attributes: over https partitioned by the site around the frame (CHIPS), else SameSite=Lax. */
export function keepsCookies(): boolean {
  const attributes = location.protocol === "https:" ? "SameSite=None; Secure; Partitioned" : "SameSite=Lax";
  try {
    document.cookie = `${PROBE}; ${attributes}`;
    const isKept = document.cookie.includes(PROBE);
    document.cookie = `${PROBE}; Max-Age=0; ${attributes}`;
    return isKept;
  } catch {
    return false; // a frame in a sandbox
  }
}
