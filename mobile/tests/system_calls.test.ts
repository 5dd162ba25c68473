/** What the phone's system is told of calls, and what it says of them. */

import type { CallPhase } from "../../shared/client/state.ts";
import { CallStore } from "../app/call_store.ts";
import { newsFor, SystemCalls, type SystemEvent, type SystemHandlers, type Told } from "../native/system_calls.ts";
import { CALL, FakeClient } from "./fake_client.ts";

const OUT = { ...CALL, role: "caller" } as const;
const { callId } = CALL;
const ended = (outcome: string, byMe = false) =>
  ({ phase: "ended", call: CALL, outcome, byMe, durationMs: null }) as CallPhase;
const at = (stage: "incoming" | "outgoing" | "answered" | "connected"): Told => ({ stage, callId });

const table: [what: string, Told, CallPhase, string[], Told["stage"]][] = [
  ["nothing", { stage: "nothing" }, { phase: "idle" }, [], "nothing"],
  ["devices are asked for", { stage: "nothing" }, { phase: "preparing", chatId: "c", media: "video" }, [], "nothing"],
  ["it rings here", { stage: "nothing" }, { phase: "incoming", call: CALL, expiresAt: 0 }, ["incoming"], "incoming"],
  ["it is placed", { stage: "nothing" }, { phase: "calling", call: OUT }, ["outgoing"], "outgoing"],
  ["it rings there", at("outgoing"), { phase: "ringing", call: OUT, expiresAt: 0 }, [], "outgoing"],
  ["answered in the app", at("incoming"), { phase: "connecting", call: CALL }, ["answered"], "answered"],
  ["answered by the system", at("answered"), { phase: "connecting", call: CALL }, [], "answered"],
  ["connected", at("answered"), { phase: "connected", call: CALL, since: 0 }, ["connected"], "connected"],
  [
    "connected at once",
    at("incoming"),
    { phase: "connected", call: CALL, since: 0 },
    ["answered", "connected"],
    "connected",
  ],
  ["back from a gap", at("connected"), { phase: "connected", call: CALL, since: 0 }, [], "connected"],
  ["taken up by an app that was ended", { stage: "nothing" }, { phase: "reconnecting", call: OUT, since: null }, [
    "outgoing",
  ], "outgoing"],
  ["they hung up", at("connected"), ended("hangup"), ["ended remote"], "nothing"],
  ["this person did", at("connected"), ended("hangup", true), ["ended mine"], "nothing"],
  ["nobody answered", at("incoming"), ended("timeout"), ["ended unanswered"], "nothing"],
  ["answered elsewhere", at("incoming"), ended("answered-elsewhere"), ["ended answered-elsewhere"], "nothing"],
  ["declined elsewhere", at("incoming"), ended("rejected-elsewhere"), ["ended declined-elsewhere"], "nothing"],
  ["no path", at("answered"), ended("failed"), ["ended failed"], "nothing"],
  ["it is put away", at("incoming"), { phase: "idle" }, ["ended remote"], "nothing"],
  [
    "both called at once: theirs stands",
    { stage: "outgoing", callId: "mine" },
    { phase: "connecting", call: CALL },
    ["ended remote", "incoming", "answered"],
    "answered",
  ],
];

const short = (event: SystemEvent) => event.type === "ended" ? `ended ${event.reason}` : event.type;

test.each(table)("%s", (_, told, call, events, stage) => {
  const news = newsFor(told, call);
  expect(news.events.map(short)).toEqual(events);
  expect(news.told.stage).toBe(stage);
});

/** A store with a call in this phase, and its system. */
function scene(call: CallPhase) {
  const client = new FakeClient();
  const store = new CallStore(client.make);
  const told: SystemEvent[] = [];
  let say: SystemHandlers | null = null;
  new SystemCalls(store, { tell: (event) => told.push(event), listen: (handlers) => say = handlers });
  client.phase(call);
  return { client, told, say: say as unknown as SystemHandlers };
}

test("accepted on the lock screen: the call is, without a screen, and the system is not told again", () => {
  const { client, told, say } = scene({ phase: "incoming", call: CALL, expiresAt: 0 });
  say.onAnswer(callId);
  expect(client.last).toEqual(["accept", "video"]);
  client.phase({ phase: "connecting", call: CALL });
  expect(told.map(short)).toEqual(["incoming"]);
});

test("declined, and ended, by the system", () => {
  const ringing = scene({ phase: "incoming", call: CALL, expiresAt: 0 });
  ringing.say.onEnd(callId);
  expect(ringing.client.last).toEqual(["decline"]);
  const talking = scene({ phase: "connected", call: CALL, since: 0 });
  talking.say.onEnd(callId);
  expect(talking.client.last).toEqual(["hangUp"]);
});

test("what it says of a call that is over, or of another, does nothing", () => {
  const { client, say } = scene({ phase: "connected", call: CALL, since: 0 });
  say.onEnd("another");
  client.phase({ phase: "ended", call: CALL, outcome: "hangup", byMe: true, durationMs: null });
  say.onEnd(callId);
  say.onAnswer(callId);
  expect(client.last).toBeUndefined();
});

test("muted on either side: the other one follows, and nobody is told what they said", () => {
  const { client, told, say } = scene({ phase: "connected", call: CALL, since: 0 });
  const { local } = client.snapshot;
  client.show({ local: { ...local, microphone: true } });
  client.show({ local: { ...local, microphone: false } });
  expect(told.at(-1)).toEqual({ type: "muted", callId, isMuted: true });
  say.onMute(callId, false);
  expect(client.last).toEqual(["setMicrophone", true]);
  const before = told.length;
  client.show({ local: { ...local, microphone: true } });
  expect(told).toHaveLength(before);
});

test("a telephone call in between: nothing is sent, and what was on is on again after it", () => {
  const { client, say } = scene({ phase: "connected", call: CALL, since: 0 });
  const { local } = client.snapshot;
  client.show({ local: { ...local, microphone: true, camera: true } });
  say.onHold(callId, true);
  expect(client.done.slice(-2)).toEqual([["setMicrophone", false], ["setCamera", false]]);
  client.show({ local: { ...local, microphone: false, camera: false } });
  say.onHold(callId, false);
  expect(client.done.slice(-2)).toEqual([["setMicrophone", true], ["setCamera", true]]);
});
