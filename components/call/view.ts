/** What the parts of the call component share: their view of the world, and small facts derived from it. */

import type { CallActions, CallPhase, Held, Snapshot } from "../../shared/client/state.ts";
import type { ChatStrings } from "../../shared/i18n/chat_strings.ts";
import { fill } from "../../shared/i18n/fill.ts";
import type { Member } from "../../shared/protocol/server_messages.ts";

/** Given to every part of the screen. */
export interface View {
  readonly t: ChatStrings;
  /** The chat whose page this is; a call may come from another one. */
  readonly chatId: string;
  readonly userId: string;
  /** How many the chat holds; `null` where a host application says who is in it, and the link invites nobody. */
  readonly seats: number | null;
  /** This user made the chat, and may free its other seats. */
  readonly mine: boolean;
  readonly snapshot: Snapshot;
  /** `null` until the page runs in a browser. */
  readonly actions: CallActions | null;
}

/** The phases that take the whole screen. */
export type StagedPhase = Extract<
  CallPhase,
  { phase: "preparing" | "calling" | "ringing" | "connecting" | "connected" | "reconnecting" }
>;

/** A call that rings on this device. */
export type IncomingPhase = Extract<CallPhase, { phase: "incoming" }>;

/** Whether a call takes the whole screen now. */
export function isStaged(call: CallPhase): call is StagedPhase {
  return call.phase !== "idle" && call.phase !== "incoming" && call.phase !== "ended";
}

/** Whether the two people hear each other, or did a moment ago. */
export function isTalking(
  phase: StagedPhase,
): phase is Extract<StagedPhase, { phase: "connected" | "reconnecting" }> {
  return phase.phase === "connected" || phase.phase === "reconnecting";
}

/** What a device of this user is. All but `off` are on by the user's wish. */
export type DeviceState = "off" | "on" | Held;

/** What is to be shown of a device. */
export function deviceState({ snapshot: { local } }: View, device: "microphone" | "camera"): DeviceState {
  return local[device] ? "on" : local.held[device] ?? "off";
}

/** Whether this user has a device on: it may still be opening, or muted by the system. */
export function isOn(view: View, device: "microphone" | "camera"): boolean {
  return deviceState(view, device) !== "off";
}

/** Whether the camera is open, so that it can be changed for another one. */
export function hasCamera({ snapshot: { local } }: View): boolean {
  return local.camera || local.held.camera === "muted";
}

/** The members of a chat that are not this user. */
export function others({ snapshot, userId }: View, chatId: string): Member[] {
  return (snapshot.members[chatId] ?? []).filter((member) => member.id !== userId);
}

/** Whether this user is no member of a chat any more. */
export function isOut({ snapshot, chatId }: View, ofChat = chatId): boolean {
  return snapshot.members[ofChat] === null;
}

/** The other side of the call by name, as far as it is known. */
export function peerName(view: View): string {
  const { call } = view.snapshot;
  if ("call" in call && call.call.peer !== null) return call.call.peer.name;
  const chatId = "call" in call ? call.call.chatId : call.phase === "preparing" ? call.chatId : view.chatId;
  return others(view, chatId)[0]?.name ?? view.t.somebody;
}

/** The call's state, as the live region says it; `""` while there is nothing to say. */
export function statusText(view: View): string {
  const { snapshot: { call }, t } = view;
  if (call.phase === "idle" || call.phase === "incoming") return "";
  if (call.phase === "ended") return `${t.status.ended}. ${endedText(view, call)}`;
  return t.status[call.phase];
}

/** Which devices the system mutes, as a live region says it; `""` where it mutes none. */
export function mutedText({ t, snapshot: { local } }: View): string {
  const muted = (["microphone", "camera"] as const).filter((device) => local.held[device] === "muted");
  return muted.map((device) => t.systemMuted[device]).join(". ");
}

/** Why a call ended, and how long it was. */
export function endedText(view: View, call: Extract<CallPhase, { phase: "ended" }>): string {
  const { t } = view;
  const why = whyEnded(view, call);
  if (call.durationMs === null) return why;
  return `${why} ${fill(t.endedAfter, { time: formatDuration(call.durationMs) })}`;
}

function whyEnded(view: View, { byMe, outcome, call }: Extract<CallPhase, { phase: "ended" }>): string {
  const { t } = view;
  // The call went with the seat: whatever else is said of its end is not why.
  if (isOut(view, call.chatId)) return t.outcomes["access-denied"];
  if (byMe) return outcome === "declined" ? t.declinedByMe : t.endedByMe;
  if (outcome === "offline" && others(view, call.chatId).length === 0) return t.nobodyYet;
  return fill(t.outcomes[outcome] ?? t.outcomes.hangup, { name: peerName(view) });
}

/** `3:07`, or `1:02:03` from an hour on. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  if (seconds >= 3600) parts.unshift(Math.floor(seconds / 3600));
  return parts.map((part, index) => index === 0 ? part : String(part).padStart(2, "0")).join(":");
}

/** When something was, in the page's language and this device's zone; without the date where that is today's. */
export function formatTime(at: number): string {
  const isToday = new Date(at).toDateString() === new Date().toDateString();
  const dateStyle = isToday ? undefined : "medium";
  return new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle, timeStyle: "short" }).format(at);
}

/** The first letter of a name as people see letters, not as UTF-16 stores them. */
export function initial(name: string): string {
  const [first] = new Intl.Segmenter().segment(name.trim());
  return first?.segment.toUpperCase() ?? "";
}
