/** What a call client shows to whoever draws it: one immutable snapshot, a new object for every change. */

import type { VideoCodec } from "../protocol/video_codecs.ts";
import type { CallMedia } from "../protocol/formats.ts";
import type { Receipt } from "../protocol/receipt.ts";
import type { EndReason, Member, Step } from "../protocol/server_messages.ts";
import type { MediaFigures } from "./call/receipt.ts";
import type { Cause, MediaSource } from "./devices/causes.ts";
import type { DeviceChoice, DeviceKind, DeviceNotice } from "./devices/device_choice_state.ts";
import type { Sample } from "./quality/samples.ts";

/**
 * What a page does beside showing a call, each of which the user may turn off: a notification of a call that rings while the page is
 * hidden, a mark in title and icons, sounds for connected and ended, the question before a call is closed with its tab, the system's
 * media keys, picture-in-picture by itself, the own picture as in a mirror, a word to who speaks with the microphone off, and keys of a
 * single character.
 */
export type Extra =
  | "notification"
  | "badge"
  | "sound"
  | "question"
  | "keys"
  | "picture"
  | "mirror"
  | "muted"
  | "letters";

/** Why a call is over, from this side's point of view. */
export type Outcome =
  | EndReason
  /** The callee declined. */
  | "declined"
  /** The callee is in another call. */
  | "busy"
  /** No device of the callee is connected. */
  | "offline"
  /** This user is not a member of the chat. */
  | "access-denied"
  /** This user is in a call already, in another tab or on another device. */
  | "already-in-call"
  /** The server did not take the call (overloaded, rate limit, or a bug); try again. */
  | "unavailable";

/** What of this device does not open though it is wanted, and why. Never empty. */
export type MediaProblem = Readonly<Partial<Record<MediaSource, Cause>>>;

/** What a caller brings into a call: the devices it is made for, as far as they open, or nothing, to look and to listen. */
export type Bring = "devices" | "nothing";

/** A call that the person is asked about first, since nothing opened for it. It may have rung for a moment. */
export interface Unplaced {
  readonly chatId: string;
  readonly media: CallMedia;
  /** The member it is for, where it was said. */
  readonly to: string | undefined;
}

/** Which side of the call this is: it decides who makes the first offer and who is polite (RFC 8829; W3C perfect negotiation). */
export type Role = "caller" | "callee";

/** One call's identity, carried by every phase that has a call. */
export interface CallInfo {
  readonly chatId: string;
  readonly callId: string;
  readonly role: Role;
  /** What the call was started with; either side may turn its camera on in an audio call. */
  readonly media: CallMedia;
  /** The other person, as far as it is known. */
  readonly peer: { readonly id: string; readonly name: string } | null;
}

/** The phases of a call. Each carries only what is known in it. */
export type CallPhase =
  | { readonly phase: "idle" }
  /** Asking for the microphone and camera before the call is placed; it does not wait for them where the browser may open them. */
  | { readonly phase: "preparing"; readonly chatId: string; readonly media: CallMedia }
  /** Placed; no device of the callee has said yet that it rings. */
  | { readonly phase: "calling"; readonly call: CallInfo }
  /** At least one device of the callee rings. */
  | { readonly phase: "ringing"; readonly call: CallInfo; readonly expiresAt: number }
  /** This device rings. `expiresAt` is on this device's own monotonic clock (`performance.now()`), in ms. */
  | { readonly phase: "incoming"; readonly call: CallInfo; readonly expiresAt: number }
  /** Answered; ICE and DTLS are under way. */
  | { readonly phase: "connecting"; readonly call: CallInfo }
  /** Media flows. `since`: when it first did, on the monotonic clock. */
  | { readonly phase: "connected"; readonly call: CallInfo; readonly since: number }
  /** Media or the other side's signaling is interrupted. */
  | { readonly phase: "reconnecting"; readonly call: CallInfo; readonly since: number | null }
  | {
    readonly phase: "ended";
    readonly call: CallInfo;
    readonly outcome: Outcome;
    /** True where this user ended it, so that the screen need not explain. */
    readonly byMe: boolean;
    /** How long the two had each other, from the first media to the last, in ms; `null` if they never had. */
    readonly durationMs: number | null;
  };

/** Why what the user has on is not sent: it is being opened, or muted by the system. */
export type Held = "opening" | "muted";

/** This device's own side. `microphone` and `camera`: is it being sent. */
export interface LocalMedia {
  readonly stream: MediaStream | null;
  readonly microphone: boolean;
  readonly camera: boolean;
  /** `null` for what is sent, and for what the user has off. */
  readonly held: { readonly microphone: Held | null; readonly camera: Held | null };
  /** The screen, while it is shared. */
  readonly screen: MediaStream | null;
}

/** What the other side sends, by its own word (`call:media`), and the stream to show. */
export interface RemoteMedia {
  readonly stream: MediaStream | null;
  readonly audio: boolean;
  readonly video: boolean;
  readonly screen: boolean;
  /** How much video the other side sends. */
  readonly step: Step;
  /** The screen to show while `screen` says so. */
  readonly screenStream: MediaStream | null;
}

/** From 4, excellent, over 3, good, and 2, weak, to 1, hardly to be used. */
export type Rating = 1 | 2 | 3 | 4;

/** What one side sees and hears of the other. `null`: nothing of that kind is sent, or it is not known. */
export interface Perceived {
  /** The share of time that pictures stand still, from 0 to 1. */
  readonly frozen: number | null;
  /** The share of the voice that is made up for want of packets, from 0 to 1. */
  readonly concealed: number | null;
  /** What a conversation is worth so, from 1 to 4.5 (mean opinion score by the E-model, ITU-T G.107). */
  readonly score: number | null;
}

/** Why a call is weak; `between`: the two networks are well, as far as is known. */
export type Bottleneck = "my-uplink" | "my-downlink" | "my-computer" | "their-network" | "their-computer" | "between";

/** How a call goes, second by second. */
export interface Quality {
  /** How much video this side sends. */
  readonly step: Step;
  /** What this side sends, as the other perceives it; and the other way round. */
  readonly sending: Rating;
  readonly receiving: Rating;
  readonly bottleneck: Bottleneck | null;
  /** What the other side perceives of this one, as far as it tells; and what this one perceives of the other. */
  readonly perceived: { readonly there: Perceived; readonly here: Perceived };
  /** What the receipt would say of it now. */
  readonly figures: MediaFigures;
  /** What that is made of. */
  readonly sample: Sample;
}

/** Everything a view needs. */
export interface Snapshot {
  /** The signaling socket. `replaced`: another tab of this device took over. `unauthorized`: the session is not valid any more. */
  readonly signaling: "connecting" | "open" | "replaced" | "unauthorized";
  readonly call: CallPhase;
  readonly local: LocalMedia;
  readonly remote: RemoteMedia;
  /** How the call goes; `null` where there is none, or in its first second. */
  readonly quality: Quality | null;
  /** The user wants little data used. */
  readonly saver: boolean;
  /** The devices there are, and which of them are used. */
  readonly devices: DeviceChoice;
  /** A device in use went away, or came back; until it is dismissed. */
  readonly gone: DeviceNotice | null;
  /** Camera and microphone are open for a look and a word before any call. */
  readonly checking: boolean;
  /** The last trouble with this device's camera, microphone or screen, until the next attempt. */
  readonly problem: MediaProblem | null;
  /** The call that was not placed for that reason, or was taken back, until it is placed or put away. */
  readonly unplaced: Unplaced | null;
  /** This browser has no WebRTC, or something turned it off, as a call has shown that could not be placed, or that rings. */
  readonly noWebRtc: boolean;
  /** The video codec that the user chose; `null`: none. */
  readonly codec: VideoCodec | null;
  /** What the user has turned off on this device. */
  readonly extrasOff: readonly Extra[];
  /** Who is in the chats this client watches, by chat id; `null`: this user is not (R1), or not any more. */
  readonly members: Readonly<Record<string, readonly Member[] | null>>;
  /** Calls that were missed, newest last, until this user, on whatever device, puts them away, or the two have talked. */
  readonly missed: readonly MissedCall[];
  /** The calls that are over of the chats that this client watches, newest first, by chat id. */
  readonly history: Readonly<Record<string, readonly PastCall[]>>;
}

/** A call that is over. */
export interface PastCall {
  readonly callId: string;
  /** When it was placed, in ms since 1970. */
  readonly at: number;
  /** The other person; empty where that is not known. */
  readonly name: string;
  readonly role: Role;
  readonly media: CallMedia;
  readonly outcome: Outcome | "missed";
  /** How long the two had each other, from the first media to the last, in ms; `null` if they never had. */
  readonly durationMs: number | null;
  readonly receipt: Receipt | null;
}

/** A call somebody made to this user that was not answered. */
export interface MissedCall {
  readonly chatId: string;
  readonly callId: string;
  readonly callerId: string;
  readonly callerName: string;
  readonly media: CallMedia;
  readonly reason: "busy" | "offline" | "timeout" | "cancelled";
  /** When it was placed, in ms since 1970; or heard of, where the server does not say. */
  readonly at: number;
}

/** The session descriptions in force (RFC 8866), of this side and of the other. */
export interface Descriptions {
  readonly local: string;
  readonly remote: string;
}

/** What a user can do. None of these throws or rejects: what comes of it is in the next snapshots. */
export interface CallActions {
  /**
   * Calls the other member of a chat, or the one of several with the id `to`. `video` opens the camera too. Whatever opens makes a
   * call, down to nothing where there are no devices; but where they are withheld, by the person or by a setting, and nothing opens,
   * the call is left `unplaced`: `retry`, or `call` with `bring` `"nothing"`. It rings before anything is open where the browser says
   * that it may be opened; should it be withheld all the same before somebody answers, the call is cancelled, and left `unplaced`.
   */
  call(chatId: string, media: CallMedia, to?: string, bring?: Bring): void;
  /** Tries again what `problem` is about: the call that was not placed, or what is missing in one or in the check. */
  retry(): void;
  /** Answers the ringing call, with the camera or (the default for audio calls) without. */
  accept(media: CallMedia): void;
  /** The ringing call can be seen, or heard: the caller is told that it rings. To be called once for each call. */
  presented(): void;
  /** Declines the ringing call. */
  decline(): void;
  /** Cancels a call that is being placed, or hangs up. */
  hangUp(): void;
  /** Sends the microphone, or silence. */
  setMicrophone(on: boolean): void;
  /** Sends the camera, or releases it. */
  setCamera(on: boolean): void;
  /** Shares a screen, window or tab that the user picks, beside the camera; or ends that. To be called while a click is being handled. */
  setScreen(on: boolean): void;
  /** Opens camera and microphone before any call, for a look; or lets them go. A call that starts meanwhile goes on with them. */
  check(on: boolean): void;
  /** Uses another camera, microphone or speaker on this device, from now on; `null`: what the system chooses. */
  choose(kind: DeviceKind, id: string | null): void;
  /** Uses the next camera, or a phone's other one. */
  switchCamera(): void;
  /** Uses little data, in both directions, on this device from now on; or what is needed. */
  setSaver(on: boolean): void;
  /** Prefers a video codec on this device, from now on; `null`: what the server is configured for. */
  setCodec(codec: VideoCodec | null): void;
  /** Does one of the extras on this device, from now on, or does not. */
  setExtra(extra: Extra, on: boolean): void;
  /** Puts away an ended call, and what was said of a device. */
  dismiss(): void;
  /** Puts away a missed call, and the earlier ones of its caller in that chat. */
  dismissMissed(callId: string): void;
  /** What the two sides of the call agreed on last, if they did: `verification.ts` makes digits to compare of it. */
  descriptions(): Descriptions | null;
}
