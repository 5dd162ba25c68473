/** Reading posted forms and answering them. */

import { displayName } from "../../shared/protocol.ts";

/** The posted display name: valid, `""` where it is not, `null` where the form had no such field. */
export async function postedName(request: Request): Promise<string | null> {
  const form = await request.formData().catch(() => null);
  const posted = form?.get("name") ?? null;
  if (posted === null) return null;
  const parsed = displayName.safeParse(posted);
  return parsed.success ? parsed.data : "";
}

/** Sends the browser on with GET (RFC 9110, section 15.4.4), carrying a renewed session. */
export function seeOther(location: string, cookie: string): Response {
  return new Response(null, { status: 303, headers: { location, "set-cookie": cookie } });
}
