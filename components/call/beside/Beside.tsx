import { useLayoutEffect } from "preact/hooks";
import { deviceToUse } from "../../../shared/client/devices/device_choice_state.ts";
import { useLater } from "../lazy.ts";
import type { View } from "../view.ts";
import { useHidden } from "./hidden.ts";
import { soundOf, startBell, startTone } from "./sounds.ts";
import { useTitle } from "./title.ts";

/**
 * What is heard and shown of a call beside the page: its sounds, and what the browser and the system show. All of it takes effect with the
 * change, not after the next frame: a hidden page draws none, and browsers hold its timers back.
 */
export function Beside({ view }: { view: View }) {
  const { call, devices, extrasOff, quality } = view.snapshot;
  const sound = soundOf(call, extrasOff);
  const callId = "call" in call && call.call.callId;
  const speaker = deviceToUse(devices, "speaker");
  const hidden = useHidden();
  // Who looks at the page needs nothing of the rest before there is a call to leave, unless a notification opened it.
  const later = useLater(!!(hidden || quality || location.hash));
  useTitle(view);
  useLayoutEffect(() => {
    if (sound === null) return;
    return sound === "bell" ? startBell() : startTone(sound, speaker);
    // A change of the speaker starts the ringback tone again there, but no other, which was heard already.
  }, [sound, callId, sound === "ringback" && speaker]);
  return later && <later.Tab view={view} hidden={hidden} />;
}
