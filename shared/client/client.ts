/**
 * The call client, without a framework: it owns the signaling socket, at most one call with its peer connection, and this
 * device's camera and microphone while they are in use. What it shows is one `Snapshot` after the other. How far a call has come is the
 * course's to know (`course/course.ts`), which is told here of every event.
 */

import type { VideoCodec } from "../protocol/video_codecs.ts";
import type { CallMedia } from "../protocol/formats.ts";
import type { LoggedCall } from "../protocol/logged_call.ts";
import type { Link } from "./call/link.ts";
import { IceServers } from "./call/ice_servers.ts";
import { Chats } from "./chats.ts";
import { kindsOf } from "./course/turn.ts";
import { CourseRunner } from "./course/course_runner.ts";
import type { DeviceKind } from "./devices/device_choice_state.ts";
import { OwnMedia } from "./devices/own_media.ts";
import { isSeenWith, withMissed } from "./missed.ts";
import type { PastCalls } from "./past_calls.ts";
import type { Platform } from "./platform/platform.ts";
import { Preferences } from "./preferences.ts";
import type { Incoming, Welcome } from "./signaling/protocol_1.ts";
import { renewUntilStopped } from "./signaling/renewal.ts";
import { SignalSocket } from "./signaling/socket.ts";
import { NOTHING } from "./snapshot.ts";
import type { Bring, CallActions, Descriptions, Extra, MissedCall, Snapshot } from "./state.ts";
import { sendingBefore } from "./tab.ts";

export class CallClient implements CallActions {
  readonly #platform: Platform;
  readonly #onChange: (snapshot: Snapshot) => void;
  readonly #media: OwnMedia;
  readonly #signal: SignalSocket;
  readonly #iceServers: IceServers;
  readonly #preferences: Preferences;
  readonly #runner: CourseRunner;
  readonly #chats: Chats;
  /** Loaded when there is a call to tell of; `null` where it was not, or did not come. */
  #past: Promise<PastCalls | null> | null = null;
  /** The version of the protocol that the server speaks. */
  #protocol = 0;
  #stopRenewal = () => {};
  #snapshot: Snapshot;

  constructor(platform: Platform, onChange: (snapshot: Snapshot) => void = () => {}) {
    this.#platform = platform;
    this.#onChange = onChange;
    this.#preferences = new Preferences(platform);
    this.#snapshot = NOTHING;
    this.#media = new OwnMedia(platform, {
      call: () => this.#runner.call,
      accepted: () => this.#runner.course.call.stage === "incoming" ? null : this.#runner.call,
      onChange: (shown) => this.#show(shown),
    });
    this.#iceServers = new IceServers(platform, () => this.#runner.call?.link.iceChanged());
    this.#snapshot = { ...this.#snapshot, ...this.#media.shown, ...this.#preferences.shown };
    platform.lifecycle.onWake((why) => why === "online" && this.#runner.call?.link.networkChanged());
    this.#signal = new SignalSocket(platform, {
      onStatus: (status) => {
        if (status !== "open") this.#stopRenewal();
        this.#runner.call?.link.signaling(status);
        this.#runner.tell({ type: "signaling", status });
      },
      onMessage: (message) => this.#receive(message),
    });
    this.#chats = new Chats(this.#signal, (members) => this.#show({ members }));
    this.#runner = new CourseRunner({
      platform,
      media: this.#media,
      signal: this.#signal,
      preferences: this.#preferences,
      ice: () => this.#iceServers.options,
      hasSeveral: (chatId) => this.#chats.others(chatId).length > 1,
      over: (chatId, callId, receipt) =>
        this.#withPast((past) => {
          if (receipt !== null) past.keepReceipt(chatId, callId, receipt);
          past.refresh(chatId, callId);
        }),
      talked: (peer) => {
        const newest = () => this.#snapshot.missed.findLast(({ callerId }) => callerId === peer);
        for (let call = newest(); call !== undefined; call = newest()) this.#seen(call);
      },
      protocol: () => this.#protocol,
      snapshot: () => this.#snapshot,
      show: (change) => this.#show(change),
    });
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** Keeps `members` of a chat up to date, and its `history`, of which the server has told these calls already. */
  watch(chatId: string, calls: readonly LoggedCall[] = []): void {
    if (calls.length > 0) this.#withPast((past) => past.take(chatId, calls));
    this.#chats.watch(chatId, this.#runner.course.signaling === "open");
  }

  // --- Actions ---------------------------------------------------------------------------------------------------------

  call(chatId: string, media: CallMedia, to?: string, bring: Bring = "devices"): void {
    const callId = this.#platform.crypto.newId();
    const info = { chatId, callId, role: "caller", media, peer: this.#chats.peer(chatId, to) } as const;
    this.#runner.tell({ type: "call", info, to, kinds: bring === "nothing" ? [] : kindsOf(media) });
  }

  retry(): void {
    const { problem, unplaced, checking } = this.#snapshot;
    if (unplaced !== null) return this.call(unplaced.chatId, unplaced.media, unplaced.to);
    if (!checking && !this.#runner.isAccepted) return;
    const { failed } = this.#media;
    if (failed.length > 0) this.#media.add(failed);
    if (problem?.screen) this.setScreen(true);
  }

  accept(media: CallMedia): void {
    this.#runner.tell({ type: "accept", media });
  }

  presented(): void {
    this.#runner.tell({ type: "presented" });
  }

  decline(): void {
    this.#runner.tell({ type: "decline" });
  }

  hangUp(): void {
    this.#runner.tell({ type: "hang-up" });
  }

  setMicrophone(on: boolean): void {
    if (this.#runner.isAccepted || this.#runner.course.isChecking) this.#media.setMicrophone(on);
  }

  setCamera(on: boolean): void {
    if (this.#runner.isAccepted) this.#media.setCamera(on);
  }

  setScreen(on: boolean): void {
    this.#media.setScreen(on);
  }

  check(on: boolean): void {
    this.#runner.tell({ type: "check", on });
  }

  choose(kind: DeviceKind, id: string | null): void {
    this.#media.choose(kind, id);
  }

  switchCamera(): void {
    this.#media.switchCamera();
  }

  setSaver(on: boolean): void {
    this.#preferences.setSaver(on);
    this.#preferred();
  }

  setCodec(codec: VideoCodec | null): void {
    this.#preferences.setCodec(codec);
    this.#preferred();
  }

  setExtra(extra: Extra, on: boolean): void {
    this.#preferences.setExtra(extra, on);
    this.#show(this.#preferences.shown);
  }

  dismiss(): void {
    this.#media.forget();
    this.#runner.tell({ type: "dismiss" });
  }

  dismissMissed(callId: string): void {
    const call = this.#snapshot.missed.find((call) => call.callId === callId);
    if (call !== undefined) this.#seen(call);
  }

  descriptions(): Descriptions | null {
    return this.#runner.call?.link.descriptions ?? null;
  }

  /** What connects the two sides of the call there is, for features with messages of their own (`call/channel.ts`); `null` without a call. */
  get link(): Link | null {
    return this.#runner.call?.link ?? null;
  }

  /** Hangs up where this user is in a call, and releases everything. The client is of no use afterwards. */
  close(): void {
    this.#runner.tell({ type: "close" });
    this.#iceServers.close();
    this.#stopRenewal();
    this.#signal.close();
  }

  // --- What the server says --------------------------------------------------------------------------------------------

  #receive(message: Incoming): void {
    switch (message.type) {
      case "welcome":
        return this.#welcome(message);
      case "chat:state":
        return this.#chats.take(message.chatId, message.members);
      case "call:missed": {
        // A server of before version 3 does not say when it was.
        const { type: _, at = this.#platform.clock.wallTime(), ...missed } = message;
        this.#withPast((past) => past.refresh(missed.chatId, missed.callId));
        return this.#show({ missed: withMissed(this.#snapshot.missed, { ...missed, at }) });
      }
      case "call:missed-seen":
        return this.#putAway(message.callId);
      case "call:offer":
        return this.#runner.tell({ ...message, failed: this.#media.failed });
      case "call:state": {
        const { microphone, camera } = sendingBefore(this.#platform.storage.tab, message.callId);
        const kinds = kindsOf("video").filter((kind) => kind === "audio" ? microphone : camera);
        return this.#runner.tell({ ...message, peer: this.#chats.peer(message.chatId), kinds });
      }
      case "call:error": {
        const { code, callId, chatId } = message;
        if (code !== "ACCESS_DENIED" || callId !== undefined || chatId === undefined) return this.#runner.tell(message);
        // R1: the error is about no call, so about the chat. Should this user be let in again, `chat:state` says so.
        this.#chats.take(chatId, null);
        // The page that shows the device check gives way to the one for outsiders.
        return this.#runner.tell({ type: "check", on: false });
      }
      case "session:expiring":
        this.#stopRenewal();
        this.#stopRenewal = renewUntilStopped(this.#platform, this.#signal);
        return;
      case "session:renewed":
        return this.#stopRenewal();
      case "call:ice-candidate":
      case "call:negotiate":
      case "call:media":
      case "call:peer":
        return this.#runner.pass(message);
      case "call:ringing":
      case "call:answer":
      case "call:rejected":
      case "call:end":
        return this.#runner.tell(message);
        // Any other type is a later server's, and is ignored.
    }
  }

  #welcome(message: Welcome): void {
    const { protocol, user, iceServers, iceTtl, iceTransportPolicy, videoCodecs = [] } = message;
    this.#protocol = protocol;
    this.#iceServers.policy = iceTransportPolicy ?? "all";
    this.#iceServers.take(iceServers, iceTtl);
    this.#preferences.configure(videoCodecs);
    this.#chats.welcomed(user.id);
    // What is missed still is told again, and what was seen to elsewhere meanwhile is not.
    if (protocol >= 3) this.#show({ missed: [] });
    const { call } = this.#runner.course;
    const isUnsent = "info" in call && this.#signal.hasUnsentInitiate(call.info.callId);
    this.#runner.tell({ ...message, isUnsent });
  }

  // --- Calls that are over ---------------------------------------------------------------------------------------------

  #withPast(use: (past: PastCalls) => void): void {
    this.#past ??= import("./past_calls.ts").then(
      ({ PastCalls }) => new PastCalls(this.#platform, (history) => this.#show({ history })),
      () => this.#past = null,
    );
    this.#past.then((past) => past && use(past));
  }

  // --- Missed calls ----------------------------------------------------------------------------------------------------

  /** Somebody here has seen to a missed call: other devices need not tell of it any more. */
  #seen({ chatId, callId }: MissedCall): void {
    if (this.#protocol >= 3) this.#signal.send({ type: "call:missed-seen", chatId, callId });
    this.#putAway(callId);
  }

  #putAway(callId: string): void {
    const { missed } = this.#snapshot;
    const seen = missed.find((call) => call.callId === callId);
    if (seen !== undefined) this.#show({ missed: missed.filter((call) => !isSeenWith(seen, call)) });
  }

  // --- Small parts -----------------------------------------------------------------------------------------------------

  #preferred(): void {
    this.#show(this.#preferences.shown);
    this.#runner.call?.link.prefer(this.#preferences.codecsFor("caller"));
  }

  #show(change: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    this.#onChange(this.#snapshot);
  }
}
