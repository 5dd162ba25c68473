/** The shape of the words: what every dictionary has. */

import type { ChatStrings } from "./chat_strings.ts";
import type { DoctorStrings } from "./doctor_strings.ts";
import type { PhoneStrings } from "./phone_strings.ts";

/** A language of the interface. */
export type Locale = "en" | "ru";

/** Every sentence of the interface. `{name}` and the like are places for `fill`. */
export interface Strings extends PageStrings {
  /** The languages' own names, for the switch. */
  readonly switchTo: { readonly locale: Locale; readonly label: string };
  readonly chat: ChatStrings;
  readonly doctor: DoctorStrings;
  readonly phone: PhoneStrings;
}

/** What pages say that the server renders whole. */
export interface PageStrings {
  readonly page: {
    readonly brand: string;
    readonly home: string;
    readonly toLobby: string;
    readonly noScript: string;
    readonly notFoundTitle: string;
    readonly notFoundText: string;
    readonly again: string;
    readonly offlineTitle: string;
    readonly offlineText: string;
    /** Why a request was refused (`RefusalKind`), or that the server failed. */
    readonly refusals: Readonly<
      Record<
        "rate" | "size" | "entry" | "origin" | "address" | "other" | "broken",
        { readonly title: string; readonly text: string }
      >
    >;
  };
  readonly form: { readonly name: string; readonly nameHint: string; readonly nameError: string };
  readonly lobby: {
    readonly title: string;
    readonly headline: string;
    readonly newChat: string;
    readonly hosted: string;
    readonly chats: string;
    readonly nobody: string;
    readonly missed: string;
    readonly doctor: string;
    readonly late: string;
  };
  readonly join: {
    readonly title: string;
    readonly text: string;
    readonly as: string;
    readonly button: string;
    readonly deniedTitle: string;
    readonly deniedText: string;
    readonly hosted: string;
    readonly framedTitle: string;
    readonly framedText: string;
    readonly newTab: string;
    readonly late: string;
    readonly cookielessTitle: string;
    readonly cookielessText: string;
  };
  /** One's own place in a chat. */
  readonly own: Readonly<
    Record<
      "title" | "device" | "leave" | "leaveOf" | "leaveText" | "leaveNow" | "clear" | "clearText" | "clearNow",
      string
    >
  >;
  /** Bringing a second device: the page with the link, and the page it leads to. */
  readonly device: Readonly<
    & Record<"title" | "text" | "link" | "secret" | "back", string>
    & Record<"hereTitle" | "hereText" | "who" | "replaces" | "noScript" | "button" | "spentTitle" | "spentText", string>
  >;
}
