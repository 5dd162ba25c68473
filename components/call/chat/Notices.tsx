import type { CallPhase, Outcome } from "../../../shared/client/state.ts";
import { fill } from "../../../shared/i18n/fill.ts";
import { useOrphanedFocus } from "../focus.ts";
import { useLater } from "../lazy.ts";
import { Close, Notice } from "../Notice.tsx";
import { endedText, formatTime, isOut, type View } from "../view.ts";

/** How many missed calls are worth a line each. */
const MISSED_SHOWN = 3;

/** Outcomes whose cause Call Doctor can find. */
const EXAMINED: readonly Outcome[] = ["failed", "security-error", "unsupported"];

type EndedPhase = Extract<CallPhase, { phase: "ended" }>;

/** Everything the chat page has to say before anything else: the connection, the last call, this device. */
export function Notices({ view }: { view: View }) {
  const { t, snapshot } = view;
  const { call } = snapshot;
  const isOutside = isOut(view) || snapshot.signaling === "unauthorized";
  const hasTalked = call.phase === "ended" && call.durationMs !== null;
  const later = useLater(isOutside || hasTalked || (snapshot.problem ?? snapshot.gone) !== null);
  return (
    <>
      <Signaling view={view} isExplained={later !== null} />
      {isOutside && later && <later.Outsider view={view} />}
      {!isOut(view) && call.phase === "ended" && <Ended view={view} call={call} />}
      {snapshot.noWebRtc && (
        <Notice {...t.noWebRtc} role="alert">
          <a class="button" href="/doctor">{t.doctor}</a>
          <Close view={view} />
        </Notice>
      )}
      {later && <later.Problem view={view} />}
      {hasTalked && later && !isOutside && <later.Offer view={view} />}
      <Missed view={view} />
    </>
  );
}

function Signaling({ view, isExplained }: { view: View; isExplained: boolean }) {
  const { t, snapshot: { signaling } } = view;
  const reload = () => location.reload();
  switch (signaling) {
    case "open":
      return null;
    case "connecting":
      return <p class="notice delayed">{t.signaling.connecting}</p>;
    case "replaced":
      return (
        <Notice text={t.signaling.replaced}>
          <button class="button" type="button" onClick={reload}>{t.useHere}</button>
        </Notice>
      );
    case "unauthorized":
      // `Outsider` says why, once it is there; a server that was replaced may not have that file any more.
      return isExplained
        ? null
        : <Notice text={view.seats === null ? t.signaling.signedOut : t.signaling.unauthorized} />;
  }
}

function Ended({ view, call }: { view: View; call: EndedPhase }) {
  const { t, snapshot: { signaling }, actions } = view;
  const focus = useOrphanedFocus<HTMLDivElement>();
  const again = () => actions?.call(call.call.chatId, call.call.media, call.call.peer?.id);
  return (
    <Notice title={t.status.ended} text={endedText(view, call)} focus={focus}>
      <button class="button" type="button" disabled={signaling !== "open"} onClick={again}>{t.callAgain}</button>
      {EXAMINED.includes(call.outcome) && <a class="button" href="/doctor">{t.doctor}</a>}
      <Close view={view} />
    </Notice>
  );
}

/** Missed calls, but for the one that the notice of its end tells of already. */
function Missed({ view }: { view: View }) {
  const { t, chatId, snapshot: { call: current, missed, signaling }, actions } = view;
  const untold = missed.filter(({ callId }) => current.phase !== "ended" || current.call.callId !== callId);
  return untold.slice(-MISSED_SHOWN).reverse().map((call) => (
    <Notice key={call.callId} text={`${fill(t.missed[call.media], { name: call.callerName })}, ${formatTime(call.at)}`}>
      {call.chatId === chatId
        ? (
          <button
            class="button"
            type="button"
            disabled={signaling !== "open"}
            onClick={() => actions?.call(chatId, call.media, call.callerId)}
          >
            {t.callBack}
          </button>
        )
        : <a class="button" href={`/chat/${call.chatId}`}>{t.openChat}</a>}
      <Close
        view={view}
        onClick={() =>
          actions?.dismissMissed(call.callId)}
      />
    </Notice>
  ));
}
