/** Reading posted forms and answering them. */

import { displayName } from "../../shared/protocol/formats.ts";
import { readBody } from "../../signaling/http/responses.ts";

/** The posted form, empty where it is none; or the error to answer with. */
export async function readForm(req: Request): Promise<FormData | Response> {
  const read = await readBody(req);
  return "refusal" in read ? read.refusal : await read.body.formData().catch(() => new FormData());
}

/** The posted display name: valid, `""` where it is not, `null` where the form had no such field. */
export function postedName(form: FormData): string | null {
  const posted = form.get("name");
  if (posted === null) return null;
  const parsed = displayName.safeParse(posted);
  return parsed.success ? parsed.data : "";
}

/** The path of a chat's page, with the id escaped: it goes into a `Location` header, and no chat need have such an id. */
export const chatPath = (id: string) => `/chat/${encodeURIComponent(id)}`;

/** Sends the browser on with GET (RFC 9110, section 15.4.4); `cookies` are `Set-Cookie` values, such as those of a renewed session. */
export function seeOther(location: string, cookies: readonly string[] = []): Response {
  const headers = new Headers({ location });
  for (const value of cookies) headers.append("set-cookie", value);
  return new Response(null, { status: 303, headers });
}
