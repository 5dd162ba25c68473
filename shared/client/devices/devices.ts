/**
 * This device's camera and microphone while a call or the check before one uses them: opening, muting, releasing. What changes them
 * for others is beside it (`device_changes.ts`).
 */

import type { Cause } from "./causes.ts";
import { DeviceChanges, type DeviceHandlers } from "./device_changes.ts";
import { constraints, ownId } from "./device_choice.ts";
import type { DeviceChoice, DeviceKind } from "./device_choice_state.ts";
import {
  type AccessPorts,
  DEVICE_OF,
  type Kind,
  onceAnswered,
  type Opened,
  openMost,
  type Refusal,
} from "./opening.ts";
import { OpenTracks } from "./open_tracks.ts";
import type { Platform } from "../platform/platform.ts";

export class Devices {
  readonly #platform: Pick<Platform, "media" | "storage" | "clock">;
  readonly #tracks: OpenTracks;
  readonly #changes: DeviceChanges;
  /** Changes with every release: a device that opens after it belongs to a call that is over. */
  #generation = 0;
  readonly #opening = new Map<Kind, Promise<Opened>>();
  /** Kinds that are to be open: what opens without being wanted any more is let go. */
  readonly #wanted = new Set<Kind>();
  /** The microphone is open, or will be, and sends silence. */
  #isMuted = false;

  constructor(platform: Pick<Platform, "media" | "storage" | "clock">, handlers: DeviceHandlers) {
    this.#platform = platform;
    this.#tracks = new OpenTracks(platform, handlers, (kind) => this.#isOpening(kind));
    this.#changes = new DeviceChanges(platform, handlers, this.#tracks, {
      open: (kinds, choice) => this.#start(kinds, choice),
      isWanted: (kind) => this.#wanted.has(kind),
      generation: () => this.#generation,
    });
    for (const device of Object.values(DEVICE_OF)) platform.media.permission(device);
  }

  get #access(): AccessPorts {
    return {
      permission: (kind) => this.#platform.media.permission(DEVICE_OF[kind]),
      mediaContext: (kind) => this.#platform.media.mediaContext(DEVICE_OF[kind]),
    };
  }

  get choice(): DeviceChoice {
    return this.#changes.choice;
  }

  /** Whether the user wants a kind sent, and it is open or on its way. */
  isWanted(kind: Kind): boolean {
    return this.#isToBeSent(kind) && (this.#tracks.of(kind) !== undefined || this.#opening.has(kind));
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
    const asked = kinds.filter((kind) => !this.#tracks.of(kind) && !this.#changes.isMissing(kind));
    const forget = onceAnswered(asked, this.#access, onAnswered);
    return this.add(kinds).finally(forget);
  }

  /** Opens these kinds beside what is open. Never rejects. */
  async add(kinds: readonly Kind[]): Promise<Opened> {
    for (const kind of kinds) this.#wanted.add(kind);
    const closed = kinds.filter((kind) => !this.#tracks.of(kind));
    const unasked = closed.filter((kind) => !this.#opening.has(kind));
    if (unasked.length > 0) this.#start(unasked);
    else this.#tracks.refresh();
    const causes: Partial<Record<Kind, Cause>> = {};
    for (const [kind, opening] of closed.map((kind) => [kind, this.#opening.get(kind)!] as const)) {
      const opened = await opening;
      if (opened === "superseded") return opened;
      if (opened[kind] !== undefined) causes[kind] = opened[kind];
    }
    return causes;
  }

  /** Uses another device from now on, as `DeviceChanges.choose`. */
  choose(kind: DeviceKind, id: string | null): Promise<void> {
    return this.#changes.choose(kind, id);
  }

  /** Uses the next camera, or a phone's other one. Never rejects. */
  switchCamera(): Promise<void> {
    return this.#changes.switchCamera();
  }

  /** Sends the microphone, or silence; the device stays open, so that speaking again is instant. */
  mute(muted: boolean): void {
    this.#isMuted = muted;
    this.#tracks.mute(muted);
  }

  /** Releases one device: its light goes out. */
  stop(kind: Kind): void {
    this.#wanted.delete(kind);
    this.#changes.forget(kind);
    if (kind === "audio") this.#isMuted = false;
    this.#tracks.close(kind);
  }

  /** Releases everything, also what is still being opened. */
  release(): void {
    this.#generation++;
    this.#opening.clear();
    this.#wanted.clear();
    this.#isMuted = false;
    this.#changes.release();
    this.#tracks.close("audio", "video");
  }

  /** Begins to open kinds; who wants them meanwhile waits for the same answer. */
  #start(kinds: readonly Kind[], choice = () => this.choice): Promise<Opened> {
    const generation = this.#generation;
    const opened = openMost(kinds, {
      request: (kinds, relaxed) => this.#request(kinds, choice(), relaxed, generation),
      ...this.#access,
    });
    for (const kind of kinds) {
      this.#opening.set(kind, opened);
      this.#changes.forget(kind);
    }
    opened.then(() => {
      for (const kind of kinds) if (this.#opening.get(kind) === opened) this.#opening.delete(kind);
      this.#tracks.refresh();
    });
    this.#tracks.refresh();
    return opened;
  }

  /** Opens devices; the present ones of the same kinds are released when the new ones are there. */
  async #request(
    kinds: readonly Kind[],
    choice: DeviceChoice,
    relaxed: boolean,
    generation: number,
  ): Promise<"open" | "superseded" | Refusal> {
    if (generation !== this.#generation) return "superseded";
    const wanted = kinds.filter((kind) => this.#wanted.has(kind));
    if (wanted.length === 0) return "open";
    try {
      const stream = await this.#platform.media.getUserMedia(
        constraints(wanted, choice, this.#platform.media.isPhone, relaxed),
      );
      if (generation !== this.#generation) {
        for (const track of stream.getTracks()) track.stop();
        return "superseded";
      }
      const taken = stream.getTracks().filter(({ kind }) => this.#wanted.has(kind as Kind));
      for (const track of stream.getTracks()) {
        if (!taken.includes(track)) track.stop();
        else if (track.kind === "audio") track.enabled = !this.#isMuted;
      }
      const settings = new Map(taken.map((track) => [track, track.getSettings()]));
      let listed: readonly MediaDeviceInfo[] = [];
      this.#tracks.take(taken, (track) => {
        this.#changes.gone(track, ownId(listed, `${track.kind as Kind}input`, settings.get(track)!));
      });
      // The devices as they are listed while this one is in use.
      this.#changes.follow(wanted).then((devices) => listed = devices);
      return "open";
    } catch (error) {
      const listed = await this.#platform.media.listDevices();
      return generation === this.#generation ? { error, listed } : "superseded";
    }
  }

  #isToBeSent(kind: Kind): boolean {
    return this.#wanted.has(kind) && !(kind === "audio" && this.#isMuted);
  }

  #isOpening(kind: Kind): boolean {
    return this.#isToBeSent(kind) && this.#opening.has(kind);
  }
}
