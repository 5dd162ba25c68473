/** The shape of what the call component says. */

import type { DeviceNotice } from "../client/devices/device_choice_state.ts";
import type { Bottleneck, Extra, MissedCall, Outcome } from "../client/state.ts";
import type { CallMedia } from "../protocol/formats.ts";
import type { Step } from "../protocol/server_messages.ts";
import type { PersonDevices, ProblemStrings } from "./problem_strings.ts";

/** What the call component says: the part of the dictionary that goes to the browser. */
export interface ChatStrings {
  readonly title: string;
  readonly titleAlone: string;
  readonly somebody: string;
  /** Freeing another member's seat. */
  readonly seat: { readonly free: string; readonly text: string; readonly now: string };
  /** This user is not in the chat any more: a guest, and the user of a host application. */
  readonly out: Readonly<Record<"title" | "text" | "hosted" | "again", string>>;
  readonly people: string;
  readonly whom: string;
  readonly you: string;
  readonly online: string;
  readonly offline: string;
  readonly alone: string;
  readonly invite: string;
  readonly inviteText: string;
  /** `inviteText` for chats of more than two. */
  readonly inviteMany: string;
  readonly link: string;
  readonly copy: string;
  readonly copied: string;
  readonly share: string;
  readonly videoCall: string;
  readonly audioCall: string;
  readonly tryAgain: string;
  readonly callWithout: Readonly<Record<CallMedia, string>>;
  readonly callAgain: string;
  readonly callBack: string;
  readonly openChat: string;
  readonly doctor: string;
  readonly close: string;
  readonly signaling: Readonly<
    Record<"connecting" | "replaced" | "unauthorized" | "signedOut" | "cookiesInFrame" | "cookiesOff", string>
  >;
  readonly newTab: string;
  readonly reload: string;
  readonly useHere: string;
  readonly incoming: { readonly video: string; readonly audio: string };
  readonly ringTitle: string;
  readonly secondsLeft: string;
  readonly accept: string;
  readonly acceptAudio: string;
  readonly decline: string;
  readonly cancel: string;
  readonly hangUp: string;
  readonly mute: string;
  readonly unmute: string;
  readonly cameraOff: string;
  readonly cameraOn: string;
  readonly ratings: readonly [string, string, string, string];
  readonly sends: string;
  readonly receives: string;
  readonly steps: { readonly own: Partial<Record<Step, string>>; readonly theirs: Partial<Record<Step, string>> };
  /** Why the call is weak. */
  readonly bottlenecks: Readonly<Record<Bottleneck, string>>;
  readonly statistics: Readonly<
    Record<"title" | "sent" | "received" | "rate" | "loss" | "picture" | "encoding", string>
  >;
  readonly history: Readonly<
    & Record<"title" | "older" | "missed" | "outgoing" | "incoming" | "noTalk" | "ms" | "megabytes", string>
    & Record<"ring" | "answer" | "ice" | "frame" | "path" | "direct" | "relayed" | "codecs" | "reconnects", string>
    & Record<"rtt" | "lossSent" | "lossReceived" | "sent" | "received" | "frozen" | "concealed" | "score", string>
  >;
  readonly switchCamera: string;
  readonly check: string;
  readonly panel: {
    readonly devices: string;
    readonly camera: string;
    readonly microphone: string;
    readonly speaker: string;
    readonly system: string;
    readonly level: string;
    readonly done: string;
    readonly video: string;
    readonly saver: string;
    readonly saverHint: string;
    readonly codec: string;
    readonly codecAuto: string;
  };
  /** What the page does beside showing a call: the switches, and the question after a call whether it is to notify. */
  readonly extras:
    & Readonly<
      Record<
        "title" | "inCall" | "push" | "blocked" | "notHere" | "offer" | "offerText" | "offerPush" | "turnOn" | "notNow",
        string
      >
    >
    & {
      readonly names: Readonly<Record<Exclude<Extra, "letters">, string>>;
    };
  /** The keys of a call. */
  readonly keys: Readonly<Record<"title" | "on" | "space" | "hold" | "fit", string>>;
  /** Said to who speaks while the microphone is off. */
  readonly mutedSpeech: string;
  readonly gone: {
    readonly with: { readonly camera: string; readonly microphone: string };
    readonly without: Readonly<Record<DeviceNotice["device"], string>>;
    readonly back: string;
  };
  /** A device that was turned on, and is not there yet. */
  readonly opening: { readonly microphone: string; readonly camera: string };
  readonly systemMuted: { readonly microphone: string; readonly camera: string };
  readonly shareScreen: string;
  readonly stopSharing: string;
  readonly sharing: string;
  readonly fullScreen: string;
  readonly picture: string;
  readonly settings: string;
  readonly verification: {
    readonly title: string;
    readonly how: string;
    readonly digits: string;
    readonly working: string;
    readonly changed: string;
    readonly differ: string;
  };
  readonly tapToHear: string;
  readonly remoteVideo: string;
  readonly remoteScreen: string;
  readonly localVideo: string;
  readonly peerCameraOff: string;
  readonly peerMuted: string;
  readonly callGoesOn: string;
  readonly lastCall: string;
  readonly lastCallSignedOut: string;
  readonly status: {
    readonly preparing: string;
    readonly calling: string;
    readonly ringing: string;
    readonly connecting: string;
    readonly connected: string;
    readonly reconnecting: string;
    readonly ended: string;
  };
  readonly preparingHint: { readonly video: string; readonly audio: string };
  readonly endedAfter: string;
  readonly endedByMe: string;
  readonly declinedByMe: string;
  readonly nobodyYet: string;
  readonly startPage: string;
  readonly outcomes: Readonly<Record<Outcome, string>>;
  readonly noWebRtc: { readonly title: string; readonly text: string };
  readonly problems: ProblemStrings & {
    /** Over a problem: before a call, and what it means in one. */
    readonly titles: Readonly<Record<PersonDevices | "screen", string>>;
    readonly inCall: Readonly<Record<PersonDevices, string>>;
  };
  readonly missed: Readonly<Record<MissedCall["media"], string>>;
}
