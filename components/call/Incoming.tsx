import { useLayoutEffect, useRef } from "preact/hooks";
import { fill } from "../../shared/i18n/fill.ts";
import { useClock } from "./clock.ts";
import { Icon } from "./Icon.tsx";
import { Avatar } from "./Person.tsx";
import { type IncomingPhase, peerName, type View } from "./view.ts";

/** A call that rings here: over everything else, until it is answered, declined or gone. */
export function Incoming({ view, phase }: { view: View; phase: IncomingPhase }) {
  const { t, actions, snapshot: { noWebRtc } } = view;
  const dialog = useRef<HTMLDialogElement>(null);
  const name = peerName(view);
  const withVideo = phase.call.media === "video";
  const left = useClock(phase.expiresAt, (ms) => fill(t.secondsLeft, { n: Math.max(0, Math.ceil(-ms / 1000)) }));

  useLayoutEffect(() => {
    const element = dialog.current!;
    element.showModal();
    // The focus goes to the dialog and not to a button: a key that was meant for something else must not answer the call.
    element.focus();
    return () => element.close();
  }, []);
  useLayoutEffect(() => actions?.presented(), [phase.call.callId]);

  return (
    <dialog
      class="incoming"
      ref={dialog}
      role="alertdialog"
      tabIndex={-1}
      aria-labelledby="incoming-who"
      aria-describedby="incoming-left"
      onKeyDown={(event) => event.key === "Escape" && event.preventDefault()}
    >
      <span class="ringing">
        <Avatar name={name} />
      </span>
      <h2 id="incoming-who">{fill(t.incoming[phase.call.media], { name })}</h2>
      <p id="incoming-left" class="hint">{left}</p>
      {noWebRtc && <p role="alert">{t.noWebRtc.text}</p>}
      <div class="incoming-buttons">
        {!noWebRtc && (
          <button class="button accept" type="button" onClick={() => actions?.accept(phase.call.media)}>
            <Icon name={withVideo ? "video" : "phone"} />
            {t.accept}
          </button>
        )}
        {!noWebRtc && withVideo && (
          <button class="button" type="button" onClick={() => actions?.accept("audio")}>
            <Icon name="phone" />
            {t.acceptAudio}
          </button>
        )}
        <button class="button end" type="button" onClick={() => actions?.decline()}>
          <Icon name="hangUp" />
          {t.decline}
        </button>
      </div>
    </dialog>
  );
}
