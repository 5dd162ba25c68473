/** What this side sends in a call, or looks at before one: its camera, microphone and screen, and what is to be said of them. */

import type { DeviceKind, DeviceNotice } from "./device_choice_state.ts";
import { Devices } from "./devices.ts";
import { asksFirst, type Causes, DEVICE_OF, type Kind, type Opened } from "./opening.ts";
import type { Section, Tracks } from "../call/media_sections.ts";
import type { Platform } from "../platform/platform.ts";
import { Screen } from "./screen.ts";
import { NO_MEDIA } from "../snapshot.ts";
import type { MediaProblem, Snapshot } from "../state.ts";

/** The part of what is shown that is about this device. */
export type Shown = Pick<Snapshot, "local" | "devices" | "gone" | "problem">;

/** Where it is sent: a call. */
export interface MediaSink {
  /** Sends the tracks there are now. */
  sendTracks(): Promise<void>;
  /** Sends no more in a section. */
  stopTrack(section: Section): void;
  /** Tells the other side what is sent now. */
  saySending(): void;
}

/** What own media is for. */
export interface OwnMediaPorts {
  /** The call that there is, if there is one. */
  call(): MediaSink | null;
  /** The call that there is, unless it rings here. */
  accepted(): MediaSink | null;
  /** Something of what is shown is another one. */
  onChange(shown: Partial<Shown>): void;
}

export class OwnMedia {
  readonly #ports: OwnMediaPorts;
  readonly #devices: Devices;
  readonly #screen: Screen;
  #shown: Shown;

  constructor(platform: Pick<Platform, "media" | "storage" | "clock">, ports: OwnMediaPorts) {
    this.#ports = ports;
    this.#screen = new Screen(platform, () => this.#screenEnded());
    this.#devices = new Devices(platform, {
      onChange: (local) => this.#show({ local: { ...local, screen: this.#screen.stream } }),
      onChoice: (devices) => this.#show({ devices }),
      onSpeaker: (gone) => ports.accepted() && this.#show({ gone }),
      onSystemMute: () => ports.call()?.saySending(),
      onSwap: (gone, kind, causes) => this.#swapped(gone, kind, causes),
    });
    this.#shown = { local: { ...NO_MEDIA, screen: null }, devices: this.#devices.choice, gone: null, problem: null };
  }

  get shown(): Shown {
    return this.#shown;
  }

  /** What there is to send. */
  get tracks(): Tracks {
    const tracks: Tracks = this.#screen.track ? { screen: this.#screen.track } : {};
    for (const track of this.#devices.tracks()) tracks[track.kind as Kind] = track;
    return tracks;
  }

  /** What was asked for and did not open. */
  get failed(): Kind[] {
    return (["audio", "video"] as const).filter((kind) => this.#shown.problem?.[DEVICE_OF[kind]]);
  }

  /** Whether the user wants a kind sent, and it is open or on its way. */
  isWanted(kind: Kind): boolean {
    return this.#devices.isWanted(kind);
  }

  /** Opens these kinds and no others. `onAllowed`: as soon as it is known that they may be opened. Never rejects. */
  open(kinds: readonly Kind[], onAllowed?: () => void): Promise<Opened> {
    return this.#devices.open(kinds, onAllowed);
  }

  /** Whether nothing is open, and not for want of devices. */
  isWithheld(causes: Causes): boolean {
    return asksFirst(problemOf(causes), this.#devices.tracks().length > 0);
  }

  /** Opens devices beside those that are open, for a call or the check before one. Never rejects. */
  async add(kinds: readonly Kind[]): Promise<void> {
    const call = this.#ports.call();
    await this.follow(call, kinds, await this.#devices.add(kinds));
  }

  /** Takes up what opened for a call that is under way, or for the check before one, and says what did not. */
  async follow(call: MediaSink | null, kinds: readonly Kind[], opened: Opened): Promise<void> {
    if (opened === "superseded" || this.#ports.call() !== call) return;
    this.report(kinds, opened);
    await call?.sendTracks();
    call?.saySending();
  }

  /** Says what became of devices that were asked for, and leaves what was said of others. */
  report(kinds: readonly Kind[], causes: Causes): void {
    const others = Object.entries(this.#shown.problem ?? {})
      .filter(([source]) => !kinds.some((kind) => DEVICE_OF[kind] === source));
    const problem = { ...Object.fromEntries(others), ...problemOf(causes) };
    this.#show({ problem: Object.keys(problem).length === 0 ? null : problem });
  }

  /** Puts away what was said of devices. */
  forget(): void {
    this.#show({ problem: null, gone: null });
  }

  setMicrophone(on: boolean): void {
    if (on) this.add(["audio"]);
    this.#devices.mute(!on);
    this.#ports.call()?.saySending();
  }

  setCamera(on: boolean): void {
    if (on) {
      this.add(["video"]);
    } else {
      this.#devices.stop("video");
      this.#stopSending("video");
    }
  }

  setScreen(on: boolean): void {
    const call = this.#ports.accepted();
    if (on) {
      if (call !== null) this.#share(call);
    } else if (this.#screen.stream !== null) {
      this.#screen.release();
      this.#screenEnded();
    }
  }

  choose(kind: DeviceKind, id: string | null): void {
    this.#devices.choose(kind, id);
  }

  switchCamera(): void {
    this.#devices.switchCamera();
  }

  /** Lets go of every device, also of what is being opened. */
  release(): void {
    this.#screen.release();
    this.#devices.release();
    this.#show({ gone: null });
  }

  /** Another device took the place of one, or none did. */
  async #swapped(gone: DeviceNotice | null, kind: Kind, causes: Causes): Promise<void> {
    this.#show({ gone: gone ?? this.#shown.gone });
    this.report([kind], causes);
    const call = this.#ports.accepted();
    if (call === null) return;
    const { tracks } = this;
    for (const kind of ["audio", "video"] as const) if (!tracks[kind]) call.stopTrack(kind);
    await call.sendTracks();
    call.saySending();
  }

  async #share(call: MediaSink): Promise<void> {
    const shared = await this.#screen.open();
    if (this.#ports.call() !== call) {
      // Whatever else became of that picker, a screen that is shared by now belongs to another call.
      if (shared === "open") this.#screen.release();
      return;
    }
    if (shared === "cancelled") return;
    const { screen: _, ...others } = this.#shown.problem ?? {};
    if (shared !== "open") return this.#show({ problem: { ...others, screen: shared } });
    const problem = Object.keys(others).length === 0 ? null : others;
    this.#show({ local: { ...this.#shown.local, screen: this.#screen.stream }, problem });
    await call.sendTracks();
    call.saySending();
  }

  #screenEnded(): void {
    this.#show({ local: { ...this.#shown.local, screen: null } });
    this.#stopSending("screen");
  }

  #stopSending(section: "video" | "screen"): void {
    this.#ports.call()?.stopTrack(section);
    this.#ports.call()?.saySending();
  }

  #show(change: Partial<Shown>): void {
    this.#shown = { ...this.#shown, ...change };
    this.#ports.onChange(change);
  }
}

function problemOf(causes: Causes): MediaProblem {
  return Object.fromEntries(Object.entries(causes).map(([kind, cause]) => [DEVICE_OF[kind as Kind], cause]));
}
