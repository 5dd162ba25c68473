/** Which language a request gets. */

import { type Locale, pickLocale } from "../../shared/i18n/i18n.ts";

/** The cookie that remembers the language a person chose. */
export const LOCALE_COOKIE = "zvonok_lang";

const remembered = new RegExp(`(?:^|;\\s*)${LOCALE_COOKIE}=([^;]*)`);

/** Reads the language off the request itself, so that error pages have one even when no middleware ran. */
export function localeOf(request: Request): Locale {
  const cookie = request.headers.get("cookie")?.match(remembered)?.[1] ?? null;
  return pickLocale(request.headers.get("accept-language"), cookie);
}
