import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { fill } from "../../shared/i18n/fill.ts";
import type { Snapshot } from "../../shared/client/state.ts";
import { Icon } from "./Icon.tsx";
import { endedText, type View } from "./view.ts";

/** How many missed calls are worth a line each. */
const MISSED_SHOWN = 3;

/** Everything the chat page has to say before anything else: the connection, the last call, this device. */
export function Notices({ view }: { view: View }) {
  return (
    <>
      <Signaling view={view} />
      <Ended view={view} />
      <Problem view={view} />
      <Missed view={view} />
    </>
  );
}

function Notice({ title, text, children }: { title?: string; text: string; children?: ComponentChildren }) {
  return (
    <div class="notice">
      <div>
        {title && <h2>{title}</h2>}
        <p>{text}</p>
      </div>
      {children && <div class="row">{children}</div>}
    </div>
  );
}

function Signaling({ view: { t, snapshot: { signaling } } }: { view: View }) {
  const reload = () => location.reload();
  switch (signaling) {
    case "open":
      return null;
    case "connecting":
      return <p class="notice late">{t.signaling.connecting}</p>;
    case "replaced":
      return (
        <Notice text={t.signaling.replaced}>
          <button class="button" type="button" onClick={reload}>{t.useHere}</button>
        </Notice>
      );
    case "unauthorized":
      return (
        <Notice text={t.signaling.unauthorized}>
          <button class="button" type="button" onClick={reload}>{t.reload}</button>
        </Notice>
      );
  }
}

function Ended({ view }: { view: View }) {
  const { t, snapshot: { call, signaling }, actions } = view;
  if (call.phase !== "ended") return null;
  const again = () => actions?.call(call.chatId, call.media);
  return (
    <Notice title={t.status.ended} text={endedText(view, call)}>
      <button class="button" type="button" disabled={signaling !== "open"} onClick={again}>{t.callAgain}</button>
      <Close view={view} />
    </Notice>
  );
}

/** Where the rest of the call still works without the device, or without the camera. */
const audioHelps: Record<NonNullable<Snapshot["problem"]>, boolean> = {
  "camera-denied": true,
  "camera-missing": true,
  "device-busy": true,
  "microphone-denied": false,
  "microphone-missing": false,
  insecure: false,
};

/** What is wrong with this device's camera or microphone, and what to do about it. */
export function Problem({ view, inCall = false }: { view: View; inCall?: boolean }) {
  const { t, chatId, snapshot: { problem, signaling }, actions } = view;
  if (problem === null) return null;
  return (
    <Notice {...t.problems[problem]}>
      {!inCall && audioHelps[problem] && (
        <button
          class="button"
          type="button"
          disabled={signaling !== "open"}
          onClick={() => actions?.call(chatId, "audio")}
        >
          {t.audioOnly}
        </button>
      )}
      <Close view={view} />
    </Notice>
  );
}

function Close({ view: { t, actions } }: { view: View }) {
  return (
    <button class="round plain" type="button" aria-label={t.close} onClick={() => actions?.dismiss()}>
      <Icon name="close" />
    </button>
  );
}

function Missed({ view: { t, chatId, snapshot: { missed, signaling }, actions } }: { view: View }) {
  return missed.slice(-MISSED_SHOWN).reverse().map((call) => (
    <Notice key={call.callId} text={fill(t.missed[call.media], { name: call.callerName })}>
      {call.chatId === chatId
        ? (
          <button
            class="button"
            type="button"
            disabled={signaling !== "open"}
            onClick={() => actions?.call(chatId, call.media)}
          >
            {t.callBack}
          </button>
        )
        : <a class="button" href={`/chat/${call.chatId}`}>{t.openChat}</a>}
    </Notice>
  ));
}
