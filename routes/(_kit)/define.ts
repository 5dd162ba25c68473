/** What every request carries, and Fresh's typed helpers for it. */

import { createDefine } from "fresh";
import type { Guests } from "../../signaling/identity/guests.ts";
import type { Renewed, Session } from "../../signaling/identity/session.ts";
import type { Locale, Strings } from "../../shared/i18n/i18n.ts";
import type { Hub } from "../../signaling/hub.ts";
import type { CallLog } from "../../signaling/log/call_log.ts";
import type { PushDesk } from "../../signaling/push/push_desk.ts";
import type { IceGrant } from "../../signaling/ops/ice.ts";

/** Per-request state, filled by the middlewares in `main.ts` and `routes/_middleware.ts`. */
export interface State {
  /** Who asks; `null` without a valid session. */
  session: Session | null;
  /** `session`; or, where a token expired in a call that goes on, its user, who may read what that call needs (R20). */
  viewer: Session | null;
  /** `session` is a guest's who brought the token as a bearer, and keeps it: it is renewed in answers, and no cookie is set. */
  keepsToken: boolean;
  /** Why the request's token was refused, in words for developers; `null` where it had none, or a valid one. */
  tokenRefusal: string | null;
  /** The error for a request from a page that may not act here; `null` where it may. `/enter` asks; elsewhere it was asked before. */
  originRefusal(): Response | null;
  /** Issues and renews guest sessions; `null` where the host application does that itself. */
  guests: Guests | null;
  /** Takes a host application's token for a session; or says, to developers, why it is not to be believed. */
  enter(token: string): Promise<Renewed | string>;
  /** Lets the session of this request last longer; or says, to developers, why it does not. */
  renew(session: Session): Promise<Renewed | string>;
  hub: Hub;
  log: CallLog;
  /** Where pages hand in that their browser can be told of calls; `null`: nobody is told by push here. */
  push: PushDesk | null;
  /** ICE servers for one user, as `welcome` and `/api/ice` give them. */
  ice(userId: string): IceGrant;
  locale: Locale;
  t: Strings;
}

export const define = createDefine<State>();
