import { useEffect } from "preact/hooks";
import { deviceToUse } from "../../../shared/client/devices/device_choice_state.ts";
import { fill } from "../../../shared/i18n/fill.ts";
import { soundOf, startBell, startTone } from "./sounds.ts";
import { peerName, type View } from "../view.ts";

/** What is heard of a call beside the voices; there is nothing to see. */
export function Sounds({ view }: { view: View }) {
  const { t, snapshot: { call, devices } } = view;
  const sound = soundOf(call);
  const callId = "call" in call ? call.call.callId : null;
  const speaker = deviceToUse(devices, "speaker");
  useEffect(() => {
    if (sound === null) return;
    return sound === "bell" ? startBell(fill(t.ringTitle, { name: peerName(view) })) : startTone(sound, speaker);
    // A change of the speaker starts the ringback tone again there, but never the tone of the end, which was heard already.
  }, [sound, callId, sound === "ringback" && speaker]);
  return null;
}
