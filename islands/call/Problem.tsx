import type { DeviceNotice } from "../../shared/client/device_choice.ts";
import { fill } from "../../shared/i18n/fill.ts";
import { isRetryable, problemText, subjectOf } from "../../shared/i18n/problem.ts";
import { Close, Notice } from "./Notices.tsx";
import type { View } from "./view.ts";

/** What of this device does not open, and what to do about it. */
export function Problem({ view, inCall = false }: { view: View; inCall?: boolean }) {
  const { t, snapshot: { problem, unplaced, gone, checking, signaling }, actions } = view;
  if (problem === null) return gone && <Gone view={view} gone={gone} />;
  const subject = subjectOf(problem);
  const title = inCall && subject !== "screen" ? t.problems.inCall[subject] : t.problems.titles[subject];
  const without = () => actions?.call(unplaced!.chatId, unplaced!.media, unplaced!.to, "nothing");
  return (
    <Notice title={title} text={problemText(t.problems, problem)} role="alert">
      {(inCall || checking || unplaced) && isRetryable(problem) && (
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
function Gone({ view, gone: { device, change, now } }: { view: View; gone: DeviceNotice }) {
  const { t: { gone } } = view;
  const without = now === null || device === "speaker";
  const text = change === "back" ? gone.back : without ? gone.without[device] : gone.with[device];
  return (
    <Notice text={fill(text, { name: now ?? "" })} role="alert">
      <Close view={view} />
    </Notice>
  );
}
