/** The words of the interface in every language it speaks. */

import { en } from "./en.ts";
import { ru } from "./ru.ts";
import type { Locale, Strings } from "./strings.ts";

export { fill } from "./fill.ts";
export type { Locale, Strings };

const dictionaries: Record<Locale, Strings> = { en, ru };

/** The dictionary of a language. */
export function strings(locale: Locale): Strings {
  return dictionaries[locale];
}

/** Whether a value names a language of the interface. */
export function isLocale(value: string | null): value is Locale {
  return value === "en" || value === "ru";
}

/** What a person chose (the cookie's value), or what their browser prefers (RFC 9110, section 12.5.4), or English. */
export function pickLocale(acceptLanguage: string | null, cookie: string | null): Locale {
  if (isLocale(cookie)) return cookie;
  let best: Locale = "en";
  let bestQuality = 0;
  for (const range of (acceptLanguage ?? "").split(",")) {
    const [tag = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const language = tag.split("-")[0]!;
    const quality = Number(parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? 1);
    if (isLocale(language) && quality > bestQuality) {
      best = language;
      bestQuality = quality;
    }
  }
  return best;
}
