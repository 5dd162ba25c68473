/** What is heard in which phase, and where. */

import { CallAudio, modeFor } from "../native/call_audio.ts";
import { CallStore } from "../app/call_store.ts";
import type { CallPhase } from "../../shared/client/state.ts";
import { CALL, FakeClient } from "./fake_client.ts";

const audioCall = { ...CALL, media: "audio" } as const;

const table: [CallPhase, ReturnType<typeof modeFor>][] = [
  [{ phase: "idle" }, "off"],
  [{ phase: "preparing", chatId: "c", media: "video" }, "off"],
  [{ phase: "calling", call: CALL }, "ringback"],
  [{ phase: "ringing", call: CALL, expiresAt: 0 }, "ringback"],
  [{ phase: "incoming", call: CALL, expiresAt: 0 }, "ring"],
  [{ phase: "connecting", call: CALL }, "talk"],
  [{ phase: "connected", call: CALL, since: 0 }, "talk"],
  [{ phase: "reconnecting", call: CALL, since: 0 }, "talk"],
  [{ phase: "ended", call: CALL, outcome: "hangup", byMe: true, durationMs: null }, "off"],
];

test.each(table)("%j", (call, mode) => expect(modeFor(call)).toBe(mode));

test("the earpiece in audio calls, the speaker in video calls; what was chosen stays until the call is over", () => {
  const client = new FakeClient();
  const done: unknown[] = [];
  const audio = new CallAudio(new CallStore(client.make), {
    enter: (mode, media) => done.push(`${mode} ${media}`),
    setSpeaker: (on) => done.push(on),
  });
  client.phase({ phase: "calling", call: audioCall });
  client.phase({ phase: "ringing", call: audioCall, expiresAt: 0 });
  audio.setSpeaker(true);
  client.phase({ phase: "connected", call: audioCall, since: 0 });
  client.phase({ phase: "reconnecting", call: audioCall, since: 0 });
  client.phase({ phase: "idle" });
  client.phase({ phase: "incoming", call: CALL, expiresAt: 0 });
  client.phase({ phase: "connecting", call: CALL });
  expect(done).toEqual(["ringback audio", false, true, "talk audio", "off audio", "ring video", "talk video", true]);
});
