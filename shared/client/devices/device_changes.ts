/** Changes of the devices in use: by the user's choice, or because one went away or is back. */

import {
  nextCamera,
  rememberedChoice,
  withChosen,
  withDevices,
  withEnded,
  withoutUse,
  withUndone,
} from "./device_choice.ts";
import { type DeviceChoice, type DeviceKind, type DeviceNotice, deviceToUse } from "./device_choice_state.ts";
import { type Causes, DEVICE_OF, isWithheld, type Kind, type Opened } from "./opening.ts";
import type { OpenTracks, TrackHandlers } from "./open_tracks.ts";
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

/** What changing devices needs of who opens them. */
export interface ChangePorts {
  /** Begins to open kinds by a choice, or by the one that there is; a present device of a kind is released when the new one is there. */
  open(kinds: readonly Kind[], choice?: () => DeviceChoice): Promise<Opened>;
  /** Whether a kind is to be open. */
  isWanted(kind: Kind): boolean;
  /** Changes with every release. */
  generation(): number;
}

export class DeviceChanges {
  readonly #platform: Pick<Platform, "media" | "storage">;
  readonly #handlers: DeviceHandlers;
  readonly #tracks: OpenTracks;
  readonly #ports: ChangePorts;
  #choice: DeviceChoice;
  /** The devices there are, also those that nobody may choose yet. */
  #listed: readonly MediaDeviceKind[] = [];
  /** Changes of what is in use that are under way, and the choice that it was in use by before: the newest decides. */
  readonly #replacing = new Map<Kind, { readonly before: DeviceChoice }>();
  /** Kinds whose device went away in use, and no other was there. */
  readonly #bereft = new Set<Kind>();

  constructor(
    platform: Pick<Platform, "media" | "storage">,
    handlers: DeviceHandlers,
    tracks: OpenTracks,
    ports: ChangePorts,
  ) {
    this.#platform = platform;
    this.#handlers = handlers;
    this.#tracks = tracks;
    this.#ports = ports;
    this.#choice = rememberedChoice(platform.storage.kept);
    platform.media.onDevicesChange(() => this.follow());
    this.follow();
  }

  get choice(): DeviceChoice {
    return this.#choice;
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

  /** Waits for no device of a kind. */
  forget(kind: Kind): void {
    this.#bereft.delete(kind);
  }

  /** Nothing is in use any more. */
  release(): void {
    this.#replacing.clear();
    this.#bereft.clear();
    this.#setChoice(withoutUse(this.#choice));
  }

  /** There is no device of a kind, for sure, since others are listed: nobody is asked about it then. */
  isMissing(kind: Kind): boolean {
    return this.#listed.length > 0 && !this.#listed.includes(`${kind}input`);
  }

  /**
   * A device that was in use ended. It is unplugged: another takes its place, if there is one. Or it is not allowed any more: nobody is
   * asked for what was just taken back. Where the browser does not say what is allowed, trying tells.
   */
  async gone(track: MediaStreamTrack, id: string | null): Promise<void> {
    if (!this.#tracks.all().includes(track)) return;
    const kind = track.kind as Kind;
    const generation = this.#ports.generation();
    const isOver = () => generation !== this.#ports.generation() || !this.#ports.isWanted(kind);
    this.#tracks.close(kind);
    const device = DEVICE_OF[kind];
    const [permission] = await Promise.all([this.#platform.media.permission(device), this.follow()]);
    if (isOver()) return;
    if (permission !== null && permission.state !== "granted" && this.#isThere(kind, id)) {
      return this.#handlers.onSwap(null, kind, { [kind]: "denied" });
    }
    this.#setChoice(withEnded(this.#choice, device, id));
    const opened = await this.#ports.open([kind]);
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
  async follow(opened: readonly Kind[] = []): Promise<readonly MediaDeviceInfo[]> {
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
    const opened = await this.#ports.open(
      [kind],
      () => back === null ? this.#choice : withChosen(this.#choice, device, back),
    );
    if (opened === "superseded" || this.#replacing.get(kind) !== turn) return;
    this.#replacing.delete(kind);
    if (!this.#ports.isWanted(kind)) return;
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
    if (isKept === "superseded" || !this.#ports.isWanted(kind)) return;
    if (!isKept && this.#tracks.of(kind) === track) this.#tracks.close(kind);
    if (!isKept && isTriedAgain) this.#bereft.add(kind);
    const isSaid = change === null || !isKept;
    if (isSaid || kind === "video") this.#handlers.onSwap(null, kind, isSaid ? opened : {});
  }

  /** Opens the camera again that a track came from. */
  async #reopen(track: MediaStreamTrack): Promise<boolean | "superseded"> {
    const { deviceId = null } = track.getSettings();
    const opened = await this.#ports.open(["video"], () => withChosen(this.#choice, "camera", deviceId));
    return opened === "superseded" ? opened : opened.video === undefined;
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

  #setChoice(choice: DeviceChoice): void {
    this.#choice = choice;
    this.#handlers.onChoice(choice);
  }
}
