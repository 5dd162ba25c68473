/**
 * This device's camera and microphone while a call or the check before one uses them: opening, choosing, muting, releasing, going on
 * with another one when one is gone.
 */

import type { Cause } from "./causes.ts";
import {
  constraints,
  nextCamera,
  ownId,
  rememberedChoice,
  withChosen,
  withDevices,
  withEnded,
  withoutUse,
  withUndone,
} from "./device_choice.ts";
import { type DeviceChoice, type DeviceKind, type DeviceNotice, deviceToUse } from "./device_choice_state.ts";
import {
  type AccessPorts,
  type Causes,
  DEVICE_OF,
  isWithheld,
  type Kind,
  onceAnswered,
  type Opened,
  openMost,
  type Refusal,
} from "./opening.ts";
import { OpenTracks, type TrackHandlers } from "./open_tracks.ts";
import type { Platform } from "../platform/platform.ts";

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
  readonly #platform: Pick<Platform, "media" | "storage" | "clock">;
  readonly #handlers: DeviceHandlers;
  #choice: DeviceChoice;
  readonly #tracks: OpenTracks;
  /** The devices there are, also those that nobody may choose yet. */
  #listed: readonly MediaDeviceKind[] = [];
  /** Changes with every release: a device that opens after it belongs to a call that is over. */
  #generation = 0;
  readonly #opening = new Map<Kind, Promise<Opened>>();
  /** Changes of what is in use that are under way, and the choice that it was in use by before: the newest decides. */
  readonly #replacing = new Map<Kind, { readonly before: DeviceChoice }>();
  /** Kinds whose device went away in use, and no other was there. */
  readonly #bereft = new Set<Kind>();
  /** Kinds that are to be open: what opens without being wanted any more is let go. */
  readonly #wanted = new Set<Kind>();
  /** The microphone is open, or will be, and sends silence. */
  #isMuted = false;

  constructor(platform: Pick<Platform, "media" | "storage" | "clock">, handlers: DeviceHandlers) {
    this.#platform = platform;
    this.#handlers = handlers;
    this.#choice = rememberedChoice(platform.storage.kept);
    this.#tracks = new OpenTracks(platform, handlers, (kind) => this.#isOpening(kind));
    platform.media.onDevicesChange(() => this.#list());
    for (const device of Object.values(DEVICE_OF)) platform.media.permission(device);
    this.#list();
  }

  get #access(): AccessPorts {
    return {
      permission: (kind) => this.#platform.media.permission(DEVICE_OF[kind]),
      mediaContext: (kind) => this.#platform.media.mediaContext(DEVICE_OF[kind]),
    };
  }

  get choice(): DeviceChoice {
    return this.#choice;
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
    else this.#tracks.refresh();
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
    const before = this.#choice;
    this.#platform.storage.kept.set(kind, id);
    this.#setChoice(withChosen(before, kind, id));
    if (kind !== "speaker" && this.#isUsed(KIND_OF[kind])) await this.#replace(KIND_OF[kind], null, before);
  }

  /** Uses the next camera, or a phone's other one. Never rejects. */
  async switchCamera(): Promise<void> {
    const inUse = this.#tracks.of("video")?.getSettings().deviceId;
    const before = this.#choice;
    this.#setChoice(nextCamera(before, inUse, this.#platform.media.isPhone));
    this.#platform.storage.kept.set("camera", this.#choice.chosen.camera);
    if (this.#isUsed("video")) await this.#replace("video", null, before);
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
    this.#tracks.close(kind);
  }

  /** Releases everything, also what is still being opened. */
  release(): void {
    this.#generation++;
    this.#opening.clear();
    this.#replacing.clear();
    this.#bereft.clear();
    this.#wanted.clear();
    this.#isMuted = false;
    this.#setChoice(withoutUse(this.#choice));
    this.#tracks.close("audio", "video");
  }

  /** Begins to open kinds; who wants them meanwhile waits for the same answer. */
  #start(kinds: readonly Kind[], choice = () => this.#choice): Promise<Opened> {
    const generation = this.#generation;
    const opened = openMost(kinds, {
      request: (kinds, relaxed) => this.#request(kinds, choice(), relaxed, generation),
      ...this.#access,
    });
    for (const kind of kinds) {
      this.#opening.set(kind, opened);
      this.#bereft.delete(kind);
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
        this.#gone(track, ownId(listed, `${track.kind as Kind}input`, settings.get(track)!));
      });
      // The devices as they are listed while this one is in use.
      this.#list(wanted).then((devices) => listed = devices);
      return "open";
    } catch (error) {
      const listed = await this.#platform.media.listDevices();
      return generation === this.#generation ? { error, listed } : "superseded";
    }
  }

  /**
   * Changes what is in use for what is to be used by the choice now; where that does not open, what was in use stays, and so does the
   * choice `before`. A camera is let go first, and opened again then: many systems open only one at a time.
   */
  async #replace(kind: Kind, change: "back" | null, before: DeviceChoice): Promise<void> {
    const device = DEVICE_OF[kind];
    const track = this.#tracks.of(kind);
    const turn = { before: this.#replacing.get(kind)?.before ?? before };
    this.#replacing.set(kind, turn);
    if (kind === "video" && track) this.#tracks.end(track);
    // The device that is back is asked for by its id: the system may not have come round to choosing it again.
    const back = change === "back" ? before.away[device] : null;
    const opened = await this.#start(
      [kind],
      () => back === null ? this.#choice : withChosen(this.#choice, device, back),
    );
    if (opened === "superseded" || this.#replacing.get(kind) !== turn) return;
    this.#replacing.delete(kind);
    if (!this.#wanted.has(kind)) return;
    const cause = opened[kind];
    if (cause === undefined) {
      const now = this.#tracks.of(kind)?.label;
      return this.#handlers.onSwap(change && now !== undefined ? { device, change, now } : null, kind, opened);
    }
    // Its driver may be starting: the next list of devices tries again. One that is withheld would ask the person again.
    const isTriedAgain = change === "back" && !isWithheld(cause);
    if (change === null || isTriedAgain) this.#setChoice(withUndone(this.#choice, turn.before, device));
    if (change === null) this.#platform.storage.kept.set(device, turn.before.chosen[device]);
    const isKept = kind === "audio" ? track !== undefined : track !== undefined && await this.#reopen(track);
    if (isKept === "superseded" || !this.#wanted.has(kind)) return;
    if (!isKept && this.#tracks.of(kind) === track) this.#tracks.close(kind);
    if (!isKept && isTriedAgain) this.#bereft.add(kind);
    const isSaid = change === null || !isKept;
    if (isSaid || kind === "video") this.#handlers.onSwap(null, kind, isSaid ? opened : {});
  }

  /** Opens the camera again that a track came from. */
  async #reopen(track: MediaStreamTrack): Promise<boolean | "superseded"> {
    const { deviceId = null } = track.getSettings();
    const opened = await this.#start(["video"], () => withChosen(this.#choice, "camera", deviceId));
    return opened === "superseded" ? opened : opened.video === undefined;
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
    const [permission] = await Promise.all([this.#platform.media.permission(device), this.#list()]);
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

  /** Follows what there is now, and gives it. `opened`: it is looked at because these kinds have just been opened. */
  async #list(opened: readonly Kind[] = []): Promise<readonly MediaDeviceInfo[]> {
    const devices = await this.#platform.media.listDevices();
    this.#listed = devices.map(({ kind }) => kind);
    const before = this.#choice;
    const found = withDevices(before, devices);
    const { changes } = found;
    const back = (["audio", "video"] as const).filter((kind) => {
      const inUse = this.#tracks.of(kind)?.getSettings();
      return changes[DEVICE_OF[kind]] === "back" && inUse && inUse.deviceId !== before.away[DEVICE_OF[kind]];
    });
    // A device that was opened in place of one that does not start is not changed back for that one at once: that would not end.
    const early = back.filter((kind) => opened.includes(kind));
    const choice = early.reduce((choice, kind) => withUndone(choice, before, DEVICE_OF[kind]), found.choice);
    this.#setChoice(choice);
    const { speaker } = changes;
    if (speaker) {
      const used = choice.options.speaker.find(({ id }) => id === deviceToUse(choice, "speaker"));
      this.#handlers.onSpeaker({ device: "speaker", change: speaker, now: used?.label ?? null });
    }
    // That a device in use is gone is told by its track, which ends. A kind without a device takes any that comes.
    for (const kind of ["audio", "video"] as const) {
      const isBack = back.includes(kind) && !early.includes(kind);
      const isAny = this.#bereft.has(kind) && choice.options[DEVICE_OF[kind]].length > 0;
      if (isBack || isAny) this.#replace(kind, "back", before);
    }
    return devices;
  }

  #isToBeSent(kind: Kind): boolean {
    return this.#wanted.has(kind) && !(kind === "audio" && this.#isMuted);
  }

  #isOpening(kind: Kind): boolean {
    return this.#isToBeSent(kind) && this.#opening.has(kind);
  }

  /** A device of this kind is open, or in the course of being changed for another. */
  #isUsed(kind: Kind): boolean {
    return this.#tracks.of(kind) !== undefined || this.#replacing.has(kind);
  }

  /** A device is listed; or, where the list hides which ones there are, one of its kind. */
  #isThere(kind: Kind, id: string | null): boolean {
    const options = this.#choice.options[DEVICE_OF[kind]];
    return options.length === 0 ? this.#listed.includes(`${kind}input`) : options.some((option) => option.id === id);
  }

  /** There is no device of a kind, for sure, since others are listed: nobody is asked about it then. */
  #isMissing(kind: Kind): boolean {
    return this.#listed.length > 0 && !this.#listed.includes(`${kind}input`);
  }

  #setChoice(choice: DeviceChoice): void {
    this.#choice = choice;
    this.#handlers.onChoice(choice);
  }
}
