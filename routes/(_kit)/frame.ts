/** Pages that are shown inside others. */

/**
 * Whether a page of another site asks for this one to be shown in a frame: the session's cookie has to be kept there, which not every
 * browser does (W3C Fetch Metadata; without it, or over plain http, nothing is known and the answer is no).
 */
export function isInForeignFrame({ headers }: Request): boolean {
  const dest = headers.get("sec-fetch-dest");
  return (dest === "iframe" || dest === "frame") && headers.get("sec-fetch-site") === "cross-site";
}
