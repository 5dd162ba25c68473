/** The shape of the words: what every dictionary has. */

import type { Cause } from "../client/devices/causes.ts";
import type { DeviceNotice } from "../client/devices/device_choice.ts";
import type { CallMedia } from "../protocol/formats.ts";
import type { Step } from "../protocol/server_messages.ts";
import type { MissedCall, Outcome } from "../client/state.ts";

/** A language of the interface. */
export type Locale = "en" | "ru";

/** Every sentence of the interface. `{name}` and the like are places for `fill`. */
export interface Strings {
  /** The languages' own names, for the switch. */
  readonly switchTo: { readonly locale: Locale; readonly label: string };
  readonly page: {
    readonly brand: string;
    readonly home: string;
    readonly toLobby: string;
    readonly noScript: string;
    readonly notFoundTitle: string;
    readonly notFoundText: string;
    readonly again: string;
    /** Why a request was refused (`RefusalKind`), or that the server failed. */
    readonly refusals: Readonly<
      Record<
        "rate" | "size" | "entry" | "origin" | "address" | "other" | "broken",
        { readonly title: string; readonly text: string }
      >
    >;
  };
  readonly form: { readonly name: string; readonly nameHint: string; readonly nameError: string };
  readonly lobby: {
    readonly title: string;
    readonly headline: string;
    readonly newChat: string;
    readonly hosted: string;
    readonly chats: string;
    readonly nobody: string;
    readonly doctor: string;
    readonly late: string;
  };
  readonly join: {
    readonly title: string;
    readonly text: string;
    readonly as: string;
    readonly button: string;
    readonly deniedTitle: string;
    readonly deniedText: string;
    readonly hosted: string;
    readonly framedTitle: string;
    readonly framedText: string;
    readonly newTab: string;
    readonly late: string;
    readonly cookielessTitle: string;
    readonly cookielessText: string;
  };
  /** One's own place in a chat. */
  readonly own: Readonly<Record<"title" | "device" | "leave" | "leaveOf" | "leaveText" | "leaveNow", string>>;
  /** Bringing a second device: the page with the link, and the page it leads to. */
  readonly device: Readonly<
    & Record<"title" | "text" | "link" | "secret" | "back", string>
    & Record<"hereTitle" | "hereText" | "who" | "replaces" | "noScript" | "button" | "spentTitle" | "spentText", string>
  >;
  readonly chat: ChatStrings;
  readonly doctor: DoctorStrings;
}

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
  /** The same for chats of more than two. */
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
  readonly statistics: Readonly<
    Record<"title" | "sent" | "received" | "rate" | "loss" | "picture" | "encoding", string>
  >;
  readonly history: Readonly<
    & Record<"title" | "older" | "missed" | "outgoing" | "incoming" | "noTalk" | "ms" | "megabytes", string>
    & Record<"ring" | "answer" | "ice" | "frame" | "path" | "direct" | "relayed" | "codecs" | "reconnects", string>
    & Record<"rtt" | "lossSent" | "lossReceived" | "sent" | "received", string>
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
    readonly titles: Readonly<Record<Person | "screen", string>>;
    readonly inCall: Readonly<Record<Person, string>>;
  };
  readonly missed: Readonly<Record<MissedCall["media"], string>>;
}

/** What of a person comes from devices. */
type Person = "camera" | "microphone" | "both";

/** Why a camera, a microphone or a screen does not open, and what to do. */
export interface ProblemStrings {
  /** `{device}` in `causes`. */
  readonly names: Readonly<Record<Person, string>>;
  readonly causes: Readonly<Record<Exclude<Cause, "missing">, string>>;
  readonly missing: Readonly<Record<Person, string>>;
  readonly screen: Readonly<Record<Cause, string>>;
}

/** What Call Doctor says: the part of the dictionary that goes to its page. */
export interface DoctorStrings {
  readonly title: string;
  readonly heading: string;
  readonly intro: string;
  readonly noScript: string;
  readonly start: string;
  readonly again: string;
  readonly progress: string;
  readonly running: string;
  readonly speak: string;
  readonly toName: string;
  readonly newTab: string;
  readonly missed: string;
  readonly openChat: string;
  readonly copy: string;
  readonly copied: string;
  readonly report: string;
  readonly checks: Readonly<Record<CheckName, string>>;
  readonly grades: { readonly good: string; readonly poor: string; readonly bad: string; readonly none: string };
  readonly findings: {
    readonly cameraGood: string;
    readonly microphoneGood: string;
    readonly microphoneSilent: string;
    readonly unnamed: string;
    readonly cookieless: string;
    readonly notTried: string;
    readonly broken: string;
    readonly socketGood: string;
    readonly socketSlow: string;
    readonly socketBlocked: string;
    readonly socketDown: string;
    readonly socketMute: string;
    readonly stunGood: string;
    readonly stunBlocked: string;
    readonly stunNone: string;
    readonly turnGood: string;
    readonly turnStuck: string;
    readonly turnRefused: string;
    readonly turnFull: string;
    readonly turnUnreachable: string;
    readonly turnNoUdp: string;
    readonly turnNoTcp: string;
    readonly turnNoTls: string;
  };
  readonly problems: ProblemStrings;
  readonly verdicts: Readonly<Record<VerdictName, { readonly title: string; readonly text: string }>>;
}

type CheckName = "camera" | "microphone" | "socket" | "stun" | "udp" | "tcp" | "tls";

type VerdictName =
  | "good"
  | "noCamera"
  | "silent"
  | "onlyUdp"
  | "brokenRelay"
  | "noRelay"
  | "sameNetwork"
  | "unnamed"
  | "cookieless"
  | "noMicrophone"
  | "noSocket"
  | "noWay";
