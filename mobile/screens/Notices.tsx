import { endedText } from "../../components/call/view.ts";
import type { CallPhase } from "../../shared/client/state.ts";
import { fill } from "../../shared/i18n/fill.ts";
import { useApp } from "../app/app_context.ts";
import type { View } from "../app/view.ts";
import { formatTime } from "../app/words.ts";
import { Button } from "../parts/Button.tsx";
import { Notice } from "../parts/text.tsx";
import { Problem } from "./Problem.tsx";

/** How many missed calls are worth a box each. */
const MISSED_SHOWN = 3;

/** Everything a chat has to say before anything else: the connection, the last call, this phone. */
export function Notices({ view }: { view: View }) {
  const { t, theme, snapshot: { call, noWebRtc }, actions } = view;
  return (
    <>
      <Signaling view={view} />
      {call.phase === "ended" && <Ended view={view} call={call} />}
      {noWebRtc && (
        <Notice theme={theme} {...t.noWebRtc} isAlert>
          <Button theme={theme} name={t.close} onPress={() => actions?.dismiss()} />
        </Notice>
      )}
      <Problem view={view} />
      <Missed view={view} />
    </>
  );
}

function Signaling({ view: { t, theme, snapshot: { signaling } } }: { view: View }) {
  const { session, go } = useApp();
  switch (signaling) {
    case "open":
      return null;
    case "connecting":
    case "replaced":
      return <Notice theme={theme} text={t.signaling[signaling]} />;
    case "unauthorized":
      if (session.isHosted) return <Notice theme={theme} text={t.signaling.signedOut} isAlert />;
      return (
        <Notice theme={theme} text={t.signaling.unauthorized} isAlert>
          <Button
            theme={theme}
            name={t.startPage}
            onPress={() => {
              session.forget();
              go({ type: "back" });
            }}
          />
        </Notice>
      );
  }
}

function Ended({ view, call }: { view: View; call: Extract<CallPhase, { phase: "ended" }> }) {
  const { t, theme, snapshot: { signaling }, actions } = view;
  const again = () => actions?.call(call.call.chatId, call.call.media, call.call.peer?.id);
  return (
    <Notice theme={theme} title={t.status.ended} text={endedText(view, call)} isAlert>
      <Button theme={theme} name={t.callAgain} disabled={signaling !== "open"} onPress={again} />
      <Button theme={theme} name={t.close} onPress={() => actions?.dismiss()} />
    </Notice>
  );
}

/** Missed calls, but for the one that the notice of its end tells of already. */
function Missed({ view }: { view: View }) {
  const { go } = useApp();
  const { t, theme, words, chatId, snapshot: { call: current, missed, signaling }, actions } = view;
  const untold = missed.filter(({ callId }) => current.phase !== "ended" || current.call.callId !== callId);
  return untold.slice(-MISSED_SHOWN).reverse().map((call) => (
    <Notice
      key={call.callId}
      theme={theme}
      text={`${fill(t.missed[call.media], { name: call.callerName })}, ${formatTime(call.at, words.locale)}`}
    >
      {call.chatId === chatId
        ? (
          <Button
            theme={theme}
            name={t.callBack}
            disabled={signaling !== "open"}
            onPress={() => actions?.call(chatId, call.media, call.callerId)}
          />
        )
        : <Button theme={theme} name={t.openChat} onPress={() => go({ type: "chat", chatId: call.chatId })} />}
      <Button theme={theme} name={t.close} onPress={() => actions?.dismissMissed(call.callId)} />
    </Notice>
  ));
}
