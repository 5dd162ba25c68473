/** What every part of the screen is given, and what the app adds to the web's facts of a snapshot (`components/call/view.ts`). */

import type { View as CallView } from "../../components/call/view.ts";
import { isOut, others } from "../../components/call/view.ts";
import { fill, isolated } from "../../shared/i18n/fill.ts";
import type { Theme } from "../parts/theme.ts";
import type { Words } from "./words.ts";

/** A call, or a chat between calls. */
export interface View extends CallView {
  readonly words: Words;
  readonly theme: Theme;
}

/** Who else is in a chat, by name. */
export function namesIn(view: View, chatId: string): string {
  return others(view, chatId).map(({ name }) => isolated(name)).join(", ");
}

/** What a chat is called. */
export function titleOf(view: View): string {
  const names = namesIn(view, view.chatId);
  if (isOut(view)) return view.t.out.title;
  return names === "" ? view.t.titleAlone : fill(view.t.title, { name: names });
}
