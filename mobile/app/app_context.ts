/** What the screens before a call act through. */

import { createContext, useContext } from "react";
import type { Session } from "../session/session.ts";
import type { ScreenEvent } from "./screen.ts";
import type { Words } from "./words.ts";

export interface AppContext {
  readonly session: Session;
  readonly words: Words;
  /** Another screen. */
  go(event: ScreenEvent): void;
  /** Opens what is behind a link that was pasted or scanned. */
  openLink(text: string): void;
  /** Speaks the other language from now on. */
  switchLanguage(): void;
}

const Context = createContext<AppContext | null>(null);

export const AppProvider = Context.Provider;

export function useApp(): AppContext {
  return useContext(Context)!;
}
