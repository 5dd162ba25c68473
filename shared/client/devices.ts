/**
 * This device's camera and microphone while a call or the check before one uses them: opening, choosing, muting, releasing, going on
 * with another one when one is gone.
 */

import type { Cause } from "./causes.ts";
import {
  constraints,
  type DeviceChoice,
  type DeviceKind,
  type DeviceNotice,
  deviceToUse,
  nextCamera,
  rememberedChoice,
  withChosen,
  withDevices,
  withEnded,
  withoutUse,
} from "./device_choice.ts";
import {
  type AccessPorts,
  type Causes,
  DEVICE_OF,
  type Kind,
  onceAnswered,
  type Opened,
  openMost,
  type Refusal,
} from "./opening.ts";
import { OpenTracks, type TrackHandlers } from "./open_tracks.ts";
import type { Environment } from "./ports.ts";

const KIND_OF = { microphone: "audio", camera: "video" } as const satisfies Record<string, Kind>;

/** Where the news of devices goes. */
export interface DeviceHandlers extends TrackHandlers {
  onChoice(choice: DeviceChoice): void;
  /** Another speaker is to be used, not by the user's wish. */
  onSpeaker(notice: DeviceNotice): void;
  /** A track took another's place, or went without one; `notice`: not by the user's wish. */
  onSwap(notice: DeviceNotice | null, kind: Kind, causes: Causes): void;
}

export class Devices {
  readonly #env: Environment;
  readonly #handlers: DeviceHandlers;
  #choice: DeviceChoice;
  readonly #tracks: OpenTracks;
  /** The devices there are, also those that nobody may choose yet. */
  #listed: readonly MediaDeviceKind[] = [];
  /** Changes with every release: a device that opens after it belongs to a call that is over. */
  #generation = 0;
  readonly #opening = new Map<Kind, Promise<Opened>>();
  /** Kinds whose device went away in use, and no other was there. */
  readonly #bereft = new Set<Kind>();
  /** Kinds that are to be open: what opens without being wanted any more is let go. */
  readonly #wanted = new Set<Kind>();
  /** The microphone is open, or will be, and sends silence. */
  #isMuted = false;

  constructor(env: Environment, handlers: DeviceHandlers) {
    this.#env = env;
    this.#handlers = handlers;
    this.#choice = rememberedChoice(env);
    this.#tracks = new OpenTracks(env, handlers);
    env.onDevicesChange(() => this.#list());
    for (const device of Object.values(DEVICE_OF)) env.permission(device);
    this.#list();
  }

  get #access(): AccessPorts {
    return {
      permission: (kind) => this.#env.permission(DEVICE_OF[kind]),
      mediaContext: (kind) => this.#env.mediaContext(DEVICE_OF[kind]),
    };
  }

  get choice(): DeviceChoice {
    return this.#choice;
  }

  tracks(): MediaStreamTrack[] {
    return this.#tracks.all();
  }

  /**
   * Opens these kinds, by one question for all that are not open or on their way, and lets go of the others. `onAnswered` is called
   * where it is known that they may be opened before they are, which can take a camera seconds. Never rejects.
   */
  open(kinds: readonly Kind[], onAnswered = () => {}): Promise<Opened> {
    for (const kind of ["audio", "video"] as const) if (!kinds.includes(kind)) this.stop(kind);
    const asked = kinds.filter((kind) => !this.#tracks.of(kind) && !this.#isMissing(kind));
    const forget = onceAnswered(asked, this.#access, onAnswered);
    return this.add(kinds).finally(forget);
  }

  /** Opens these kinds beside what is open. Never rejects. */
  async add(kinds: readonly Kind[]): Promise<Opened> {
    for (const kind of kinds) this.#wanted.add(kind);
    const closed = kinds.filter((kind) => !this.#tracks.of(kind));
    const unasked = closed.filter((kind) => !this.#opening.has(kind));
    if (unasked.length > 0) this.#start(unasked);
    const causes: Partial<Record<Kind, Cause>> = {};
    for (const [kind, opening] of closed.map((kind) => [kind, this.#opening.get(kind)!] as const)) {
      const opened = await opening;
      if (opened === "superseded") return opened;
      if (opened[kind] !== undefined) causes[kind] = opened[kind];
    }
    return causes;
  }

  /**
   * Uses another device from now on, also on other pages, or (`null`) what the system chooses; one that is in use is changed for it.
   * Never rejects.
   */
  async choose(kind: DeviceKind, id: string | null): Promise<void> {
    this.#env.remember(kind, id);
    this.#setChoice(withChosen(this.#choice, kind, id));
    if (kind !== "speaker" && this.#tracks.of(KIND_OF[kind])) await this.#replace(KIND_OF[kind], null);
  }

  /** Uses the next camera, or a phone's other one. Never rejects. */
  async switchCamera(): Promise<void> {
    const inUse = this.#tracks.of("video")?.getSettings().deviceId;
    this.#setChoice(nextCamera(this.#choice, inUse, this.#env.isPhone));
    this.#env.remember("camera", this.#choice.chosen.camera);
    if (this.#tracks.of("video")) await this.#replace("video", null);
  }

  /** Sends the microphone, or silence; the device stays open, so that speaking again is instant. */
  mute(muted: boolean): void {
    this.#isMuted = muted;
    this.#tracks.mute(muted);
  }

  /** Releases one device: its light goes out. */
  stop(kind: Kind): void {
    this.#wanted.delete(kind);
    this.#bereft.delete(kind);
    if (kind === "audio") this.#isMuted = false;
    if (this.#tracks.of(kind)) this.#tracks.close(kind);
  }

  /** Releases everything, also what is still being opened. */
  release(): void {
    this.#generation++;
    this.#opening.clear();
    this.#bereft.clear();
    this.#wanted.clear();
    this.#isMuted = false;
    this.#setChoice(withoutUse(this.#choice));
    this.#tracks.close("audio", "video");
  }

  /** Begins to open kinds; who wants them meanwhile waits for the same answer. */
  #start(kinds: readonly Kind[]): Promise<Opened> {
    const generation = this.#generation;
    const opened = openMost(kinds, {
      request: (kinds, relaxed) => this.#request(kinds, relaxed, generation),
      ...this.#access,
    });
    for (const kind of kinds) {
      this.#opening.set(kind, opened);
      this.#bereft.delete(kind);
    }
    opened.then(() => {
      for (const kind of kinds) if (this.#opening.get(kind) === opened) this.#opening.delete(kind);
    });
    return opened;
  }

  /** Opens devices; the present ones of the same kinds are released when the new ones are there. */
  async #request(
    kinds: readonly Kind[],
    relaxed: boolean,
    generation: number,
  ): Promise<"open" | "superseded" | Refusal> {
    if (generation !== this.#generation) return "superseded";
    const wanted = kinds.filter((kind) => this.#wanted.has(kind));
    if (wanted.length === 0) return "open";
    try {
      const stream = await this.#env.getUserMedia(constraints(wanted, this.#choice, this.#env.isPhone, relaxed));
      if (generation !== this.#generation) {
        for (const track of stream.getTracks()) track.stop();
        return "superseded";
      }
      const taken = stream.getTracks().filter(({ kind }) => this.#wanted.has(kind as Kind));
      for (const track of stream.getTracks()) {
        if (!taken.includes(track)) track.stop();
        else if (track.kind === "audio") track.enabled = !this.#isMuted;
      }
      const ids = new Map(taken.map((track) => [track, track.getSettings().deviceId ?? null]));
      this.#tracks.take(taken, (track) => this.#gone(track, ids.get(track)!));
      this.#list();
      return "open";
    } catch (error) {
      const listed = await this.#env.listDevices();
      return generation === this.#generation ? { error, listed } : "superseded";
    }
  }

  /** Changes what is in use for what is chosen now. A camera is let go first: many systems open only one at a time. */
  async #replace(kind: Kind, change: "back" | null): Promise<void> {
    const track = this.#tracks.of(kind);
    if (kind === "video" && track) this.#tracks.end(track);
    const opened = await this.#start([kind]);
    if (opened === "superseded") return;
    if (opened[kind] !== undefined) this.#tracks.close(kind);
    const now = this.#tracks.of(kind)?.label;
    this.#handlers.onSwap(change && now !== undefined ? { device: DEVICE_OF[kind], change, now } : null, kind, opened);
  }

  /**
   * A device that was in use ended. It is unplugged: another takes its place, if there is one. Or it is not allowed any more: nobody is
   * asked for what was just taken back. Where the browser does not say what is allowed, trying tells.
   */
  async #gone(track: MediaStreamTrack, id: string | null): Promise<void> {
    if (!this.tracks().includes(track)) return;
    const kind = track.kind as Kind;
    const generation = this.#generation;
    const isOver = () => generation !== this.#generation || !this.#wanted.has(kind);
    this.#tracks.close(kind);
    const device = DEVICE_OF[kind];
    const [permission] = await Promise.all([this.#env.permission(device), this.#list()]);
    if (isOver()) return;
    if (permission !== null && permission.state !== "granted" && this.#isThere(kind, id)) {
      return this.#handlers.onSwap(null, kind, { [kind]: "denied" });
    }
    this.#setChoice(withEnded(this.#choice, device, id));
    const opened = await this.#start([kind]);
    if (opened === "superseded" || isOver()) return;
    const isGone = opened[kind] === undefined || opened[kind] === "missing";
    if (opened[kind] === "missing") this.#bereft.add(kind);
    this.#handlers.onSwap(
      isGone ? { device, change: "gone", now: this.#tracks.of(kind)?.label ?? null } : null,
      kind,
      isGone ? {} : opened,
    );
  }

  async #list(): Promise<void> {
    const devices = await this.#env.listDevices();
    this.#listed = devices.map(({ kind }) => kind);
    const { choice, changes } = withDevices(this.#choice, devices);
    this.#setChoice(choice);
    const { speaker } = changes;
    if (speaker) {
      const used = choice.options.speaker.find(({ id }) => id === deviceToUse(choice, "speaker"));
      this.#handlers.onSpeaker({ device: "speaker", change: speaker, now: used?.label ?? null });
    }
    // That one is gone is told by its track, which ends. Whoever has none takes any.
    for (const kind of ["audio", "video"] as const) {
      const isBack = changes[DEVICE_OF[kind]] === "back" && this.#tracks.of(kind) !== undefined;
      const isAny = this.#bereft.has(kind) && choice.options[DEVICE_OF[kind]].length > 0;
      if (isBack || isAny) this.#replace(kind, "back");
    }
  }

  /** A device is listed; or, where the list hides which ones there are, one of its kind. */
  #isThere(kind: Kind, id: string | null): boolean {
    const options = this.#choice.options[DEVICE_OF[kind]];
    return options.length === 0 ? this.#listed.includes(`${kind}input`) : options.some((option) => option.id === id);
  }

  /** There is none, for sure: others are listed. Nobody is asked about it then. */
  #isMissing(kind: Kind): boolean {
    return this.#listed.length > 0 && !this.#listed.includes(`${kind}input`);
  }

  #setChoice(choice: DeviceChoice): void {
    this.#choice = choice;
    this.#handlers.onChoice(choice);
  }
}
