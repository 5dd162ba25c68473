/** Runs the course of calls (`course.ts`): tells it what happens, and does what it wants done, with the call that there is. */

import type { Receipt } from "../../protocol/receipt.ts";
import type { ServerMessages } from "../../protocol/server_messages.ts";
import { Call, type CallNews, type CallPorts } from "../call/call.ts";
import type { LinkStart } from "../call/link_ports.ts";
import type { IceOptions } from "../call/peer_connection.ts";
import { course } from "./course.ts";
import type { UntimedEvent } from "./course_event.ts";
import { type Course, type CourseEffect, deadlineOf, isAtHand, phaseOf, start } from "./course_state.ts";
import { deadlineTimer } from "../deadline.ts";
import type { Kind } from "../devices/opening.ts";
import type { OwnMedia } from "../devices/own_media.ts";
import type { Platform } from "../platform/platform.ts";
import type { Preferences } from "../preferences.ts";
import type { SignalSocket } from "../signaling/socket.ts";
import { NOBODY } from "../snapshot.ts";
import type { CallInfo, Outcome, Snapshot } from "../state.ts";
import { keepOver, overBefore } from "../tab.ts";

/** What the runner needs of the client. */
export interface CourseRunnerPorts {
  readonly platform: Platform;
  readonly media: OwnMedia;
  readonly signal: SignalSocket;
  readonly preferences: Preferences;
  /** The ICE servers and the policy for a peer connection that is made now. */
  ice(): IceOptions;
  /** Whether a chat has more than one other member, as far as that is known. */
  hasSeveral(chatId: string): boolean;
  /** A call is over; `receipt`: what was measured of it, if this one was in it. */
  over(chatId: string, callId: string, receipt: Receipt | null): void;
  /** This user has talked to somebody: what these called in vain before is seen to. */
  talked(peerId: string | undefined): void;
  /** The version of the protocol that the server speaks. */
  protocol(): number;
  snapshot(): Snapshot;
  show(change: Partial<Snapshot>): void;
}

export class CourseRunner {
  readonly #ports: CourseRunnerPorts;
  readonly #platform: Platform;
  #course: Course;
  /** Events for the course, one after the other: what comes of the first is done before the next. */
  #events: UntimedEvent[] = [];
  #active: Call | null = null;
  readonly #setTimer: (deadline: number | null) => void;

  constructor(ports: CourseRunnerPorts) {
    this.#ports = ports;
    this.#platform = ports.platform;
    this.#setTimer = deadlineTimer(ports.platform.clock, () => this.tell({ type: "timer" }));
    this.#course = start(overBefore(ports.platform.storage.tab));
  }

  /** The call that there is, if there is one. */
  get call(): Call | null {
    return this.#active;
  }

  /** How far the calls have come. */
  get course(): Course {
    return this.#course;
  }

  /** A call that this user placed, accepted, or took up again after a reload. */
  get isAccepted(): boolean {
    return isAtHand(this.#course.call) && this.#course.call.stage !== "incoming";
  }

  /** Tells the course what happened, and does what comes of it: at once, or after what is being done. */
  tell(event: UntimedEvent): void {
    if (this.#events.push(event) > 1) return;
    try {
      for (; this.#events.length > 0; this.#events.shift()) this.#advance(this.#events[0]!);
    } finally {
      this.#events = [];
    }
  }

  /** Gives the call what is between its two sides alone. */
  pass(message: ServerMessages["call:ice-candidate" | "call:negotiate" | "call:media" | "call:peer"]): void {
    const active = this.#active;
    if (message.callId !== active?.info.callId) return;
    switch (message.type) {
      case "call:ice-candidate":
        return active.link.candidate(message.candidate);
      case "call:negotiate":
        active.link.negotiate(message.description);
        return;
      case "call:media": {
        const { audio, video, screen, step = "high" } = message;
        active.peerSends(message);
        return this.#ports.show({ remote: { ...this.#ports.snapshot().remote, audio, video, screen, step } });
      }
      case "call:peer":
        return active.peer(message.state);
    }
  }

  #advance(event: UntimedEvent): void {
    const before = this.#course;
    const { since = null } = this.#active ?? {};
    const until = this.#talkedUntil();
    const talkedMs = since === null || until === null ? null : until - since;
    const { state, effects } = course(before, { ...event, at: this.#platform.clock.now(), talkedMs });
    this.#course = state;
    this.#setTimer(deadlineOf(state));
    for (const effect of effects) this.#do(effect);
    const { signaling, isChecking: checking, unplaced, noWebRtc } = state;
    const call = state.call === before.call ? this.#ports.snapshot().call : phaseOf(state);
    this.#ports.show({ call, signaling, checking, unplaced, noWebRtc });
  }

  #do(effect: CourseEffect): void {
    const active = this.#active!;
    switch (effect[0]) {
      case "start":
        return this.#start(effect[1], effect[2]);
      case "open-first":
        if (active) this.#openFirst(active, effect[1], effect[2]);
        return;
      case "open":
        this.#open(effect[1]);
        return;
      case "place":
        active.place(this.#ports.hasSeveral(active.info.chatId) ? effect[1] : undefined);
        return;
      case "accept":
        active.link.accept(effect[1]);
        return;
      case "answered":
        return active.answered(effect[1]);
      case "repeatAnswer":
        return active.repeatAnswer();
      case "synced":
        return active.link.synced();
      case "mark-ringing":
        return active.metrics.reached("ringing");
      case "send":
        return this.#ports.signal.send(effect[1]);
      case "send-now":
        return this.#ports.signal.sendNow(effect[1]);
      case "end":
        if (!this.#ports.signal.withdraw(effect[1], "over")) {
          for (const message of effect[2]) {
            this.#ports.signal.send(message);
          }
        }
        return;
      case "record":
        return this.#record(active, effect[1], effect[3]);
      case "release":
        keepOver(this.#platform.storage.tab, this.#course.over);
        this.#active?.close();
        this.#active = null;
        this.#ports.media.release();
        this.#ports.show({ remote: NOBODY, quality: null });
        return this.tell({ type: "released" });
      case "forget-problem":
        return this.#ports.media.forget();
    }
  }

  #start(info: CallInfo, as: LinkStart): void {
    const { platform, media, signal, preferences, ice, snapshot, show } = this.#ports;
    const ports: CallPorts = {
      platform,
      ice,
      codecs: () => preferences.codecsFor(info.role),
      media,
      signal,
      signaling: this.#course.signaling,
      graceMs: this.#course.graceMs,
      isSaving: () => preferences.shown.saver,
      remote: () => snapshot().remote,
      onQuality: (quality) => this.#active === active && show({ quality }),
      onRemote: ({ person: stream, screen: screenStream }) =>
        show({ remote: { ...snapshot().remote, stream, screenStream } }),
      onNews: (news: CallNews) => this.#active === active && this.tell({ ...news, callId: info.callId }),
    };
    this.#active?.close();
    this.#active = null;
    let active: Call;
    try {
      active = this.#active = new Call(ports, info, as);
    } catch {
      return this.tell({ type: "no-webrtc", callId: info.callId });
    }
    show({ remote: { ...NOBODY, video: info.media === "video" } });
  }

  async #openFirst(active: Call, kinds: readonly Kind[], isEarly: boolean): Promise<void> {
    const { callId } = active.info;
    const opened = await this.#ports.media.open(
      kinds,
      isEarly ? () => this.tell({ type: "allowed", callId }) : undefined,
    );
    if (opened === "superseded" || this.#active !== active) return;
    this.tell({ type: "opened", callId, kinds, isWithheld: this.#ports.media.isWithheld(opened) });
    await this.#ports.media.follow(this.#active === active ? active : null, kinds, opened);
  }

  /** Opens devices for what is at hand, which goes on with those there are. */
  async #open(kinds: readonly Kind[]): Promise<void> {
    const active = this.#active;
    await this.#ports.media.follow(active, kinds, await this.#ports.media.open(kinds));
  }

  /** Says what the call was like to the server, which hears it for some seconds after the end, and keeps it for the user. */
  #record(active: Call, outcome: Outcome, isAccepted: boolean): void {
    const { info: { chatId, callId, peer }, metrics, since } = active;
    if (since !== null) this.#ports.talked(peer?.id);
    if (outcome === "answered-elsewhere") return;
    const receipt = isAccepted ? metrics.receipt(this.#talkedUntil()) : null;
    // A server of before version 4 takes no receipt with what it does not know.
    if (this.#ports.protocol() < 4) delete receipt?.perceived;
    if (receipt !== null) this.#ports.signal.send({ type: "call:receipt", chatId, callId, receipt });
    this.#ports.over(chatId, callId, receipt);
  }

  /** When the two last had each other, on the monotonic clock; `null`: never. */
  #talkedUntil(): number | null {
    const { audio, video } = this.#ports.snapshot().remote;
    return this.#active?.talkedUntil(audio || video) ?? null;
  }
}
