/** Which screen the app shows beside a call: a state and what follows on what. */

import type { Link } from "../session/links.ts";

export type Screen =
  /** `note`: what was wrong with the link that was opened. */
  | { readonly at: "lobby"; readonly note: "foreign" | "nothing" | null }
  | { readonly at: "scan" }
  /** Invited to a chat, and not in it. */
  | { readonly at: "join"; readonly chatId: string }
  /** Asked whether this phone is to be somebody's second device. */
  | { readonly at: "device"; readonly pass: string }
  | { readonly at: "chat"; readonly chatId: string };

export type ScreenEvent =
  /** A link was opened, pasted or scanned. `isMember`: of its chat, if it leads to one. */
  | { readonly type: "link"; readonly link: Link; readonly isMember: boolean }
  | { readonly type: "scan" }
  /** A chat was chosen, made or joined, or a call is in it. */
  | { readonly type: "chat"; readonly chatId: string }
  | { readonly type: "back" };

export const LOBBY: Screen = { at: "lobby", note: null };

export function nextScreen(_: Screen, event: ScreenEvent): Screen {
  switch (event.type) {
    case "link":
      if (event.link.to === "device") return { at: "device", pass: event.link.pass };
      if (event.link.to !== "chat") return { at: "lobby", note: event.link.to };
      return { at: event.isMember ? "chat" : "join", chatId: event.link.chatId };
    case "scan":
      return { at: "scan" };
    case "chat":
      return { at: "chat", chatId: event.chatId };
    case "back":
      return LOBBY;
  }
}
