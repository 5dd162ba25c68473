/** The words of the interface as a phone says them. */

import type { ChatStrings } from "../../shared/i18n/chat_strings.ts";
import { isLocale, type Locale, type Strings, strings } from "../../shared/i18n/i18n.ts";

/** All words, with the app's own in place of those for browsers. */
export interface Words extends Strings {
  readonly locale: Locale;
}

export function wordsIn(locale: Locale): Words {
  const t = strings(locale);
  return { ...t, locale, chat: chatWords(t) };
}

function chatWords({ chat, phone }: Strings): ChatStrings {
  return {
    ...chat,
    ...phone.chat,
    outcomes: { ...chat.outcomes, ...phone.chat.outcomes },
    signaling: { ...chat.signaling, ...phone.chat.signaling },
    problems: { ...chat.problems, ...phone.problems },
  };
}

/** The language that was chosen, or the first of the phone's that the app speaks, or English. */
export function localeFor(chosen: string | null, phones: readonly (string | null)[]): Locale {
  return [chosen, ...phones].find(isLocale) ?? "en";
}

/** When something was, in this language and the phone's zone; without the date where that is today's. */
export function formatTime(at: number, locale: Locale): string {
  const isToday = new Date(at).toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(locale, { dateStyle: isToday ? undefined : "medium", timeStyle: "short" }).format(at);
}
