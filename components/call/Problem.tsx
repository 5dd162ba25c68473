import type { MediaSource } from "../../shared/client/devices/causes.ts";
import type { DeviceNotice } from "../../shared/client/devices/device_choice_state.ts";
import { fill } from "../../shared/i18n/fill.ts";
import { isRetryable, problemText, subjectOf } from "../../shared/i18n/problem.ts";
import { Close, Notice } from "./Notice.tsx";
import type { View } from "./view.ts";

/** Which camera, microphone or screen does not open, why, and what to do about it. */
export function Problem({ view, inCall = false }: { view: View; inCall?: boolean }) {
  const { t, snapshot: { local, problem, unplaced, gone, checking, signaling }, actions } = view;
  if (problem === null) return gone && <DeviceLost view={view} gone={gone} />;
  const subject = subjectOf(problem);
  // Where a device that was chosen in place of the one in use does not open, the one in use goes on.
  const goesOn = {
    camera: local.stream?.getVideoTracks()[0],
    microphone: local.stream?.getAudioTracks()[0],
    screen: null,
  };
  const lost = (Object.keys(problem) as MediaSource[]).filter((source) => !goesOn[source]);
  const isLost = lost.length === Object.keys(problem).length;
  const title = inCall && isLost && subject !== "screen" ? t.problems.inCall[subject] : t.problems.titles[subject];
  const without = () => actions?.call(unplaced!.chatId, unplaced!.media, unplaced!.to, "nothing");
  return (
    <Notice title={title} text={problemText(t.problems, problem)} role="alert">
      {(inCall || checking || unplaced) && lost.length > 0 && isRetryable(problem) && (
        <button
          class="button"
          type="button"
          onClick={() => actions?.retry()}
        >
          {t.tryAgain}
        </button>
      )}
      {unplaced && (
        <button class="button" type="button" disabled={signaling !== "open"} onClick={without}>
          {t.callWithout[unplaced.media]}
        </button>
      )}
      <Close view={view} />
    </Notice>
  );
}

/** A device in use went away or came back, and the call goes on. */
function DeviceLost({ view, gone: { device, change, now } }: { view: View; gone: DeviceNotice }) {
  const { t: { gone } } = view;
  const without = now === null || device === "speaker";
  const text = change === "back" ? gone.back : without ? gone.without[device] : gone.with[device];
  return (
    <Notice text={fill(text, { name: now ?? "" })} role="alert">
      <Close view={view} />
    </Notice>
  );
}
