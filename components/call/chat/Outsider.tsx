/** For who is not in the chat any more, or not known to the server: what happened, and the way back. */

import { useMemo } from "preact/hooks";
import { keepsCookies } from "../../../shared/client/platform/browser/cookies.ts";
import { useOrphanedFocus } from "../focus.ts";
import { Notice } from "../Notice.tsx";
import type { View } from "../view.ts";

/** Why this page can do nothing here any more. */
export function Outsider({ view }: { view: View }) {
  return view.snapshot.signaling === "unauthorized" ? <Unknown view={view} /> : <Out view={view} />;
}

/** The server does not know who this is: the session is over, or its cookie is kept from it. */
function Unknown({ view: { t, seats } }: { view: View }) {
  const keeps = useMemo(keepsCookies, []);
  if (keeps && seats === null) return <Notice text={t.signaling.signedOut} />;
  if (keeps) {
    return (
      <Notice text={t.signaling.unauthorized}>
        <a class="button" href="/">{t.startPage}</a>
      </Notice>
    );
  }
  const isFramed = self !== top;
  return (
    <Notice text={isFramed ? t.signaling.cookiesInFrame : t.signaling.cookiesOff} role="alert">
      {isFramed
        ? <a class="button" href={location.href} target="_blank" rel="noopener">{t.newTab}</a>
        : <button class="button" type="button" onClick={() => location.reload()}>{t.reload}</button>}
    </Notice>
  );
}

/** This user's seat was freed, or a host application took this user out: that is also why a call ended, if one did. */
function Out({ view: { t: { out }, chatId, seats } }: { view: View }) {
  const focus = useOrphanedFocus<HTMLDivElement>();
  return (
    <Notice text={seats === null ? out.hosted : out.text} role="alert" focus={focus}>
      {seats !== null && <a class="button" href={`/chat/${chatId}`}>{out.again}</a>}
    </Notice>
  );
}
