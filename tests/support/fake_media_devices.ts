/** Cameras and microphones that come and go as a test says, and `Devices` over them. */

import type { DeviceNotice } from "../../shared/client/devices/device_choice_state.ts";
import { Devices } from "../../shared/client/devices/devices.ts";
import type { Causes, Kind } from "../../shared/client/devices/opening.ts";
import type { Clock, Media } from "../../shared/client/platform/platform.ts";
import { Permission } from "./permission.ts";

interface Track {
  readonly kind: Kind;
  readonly label: string;
  enabled: boolean;
  readyState: "live" | "ended";
  onended: (() => void) | null;
}

const LISTED_AS = { audio: "audioinput", video: "videoinput" } as const;
const error = (name: string) => Object.assign(new Error(), { name });

/** A browser; the first device in its list of a kind is the one that the system chooses. */
export class Browser {
  readonly devices: Devices;
  readonly list: { kind: Kind; id: string }[] = [];
  readonly permissions = { camera: new Permission("granted"), microphone: new Permission("granted") };
  readonly tracks: Track[] = [];
  readonly kept: Record<string, string | null> = {};
  /** The kinds that each request asked for. */
  readonly asked: string[] = [];
  /** The swaps that were reported, in order. */
  readonly swaps: { change: DeviceNotice["change"] | null; kind: Kind; causes: Causes }[] = [];
  /** What is shown of each kind, in order and without repeats. */
  readonly shown: Record<"microphone" | "camera", string[]> = { microphone: [], camera: [] };
  /** Devices that do not open, and the name of the error. */
  readonly broken: Record<string, string> = {};
  /** Chromium lists the microphone that the system chooses twice: once as "default", in the group of that microphone. */
  isChromium = false;
  /** Requests wait for the first, lists of devices for the second. */
  opening: Promise<void> = Promise.resolve();
  listing: Promise<void> = Promise.resolve();
  #changed: () => void = () => {};

  constructor(...ids: `${Kind} ${string}`[]) {
    for (const id of ids) this.list.push(entry(id));
    const media: Partial<Media> = {
      getUserMedia: async (wishes) => {
        this.asked.push(Object.keys(wishes).join(" and "));
        await this.opening;
        const tracks = (["audio", "video"] as const).filter((kind) => wishes[kind])
          .map((kind) => this.#open(kind, wishes[kind] as MediaTrackConstraints));
        return stream(tracks);
      },
      createMediaStream: (tracks) => stream(tracks as unknown as Track[]),
      listDevices: async () => {
        await this.listing;
        const system = this.isChromium ? this.list.find(({ kind }) => kind === "audio") : undefined;
        return [...system ? [{ ...system, shown: "default" }] : [], ...this.list].map((device) => listed(device));
      },
      permission: (device) => Promise.resolve(this.permissions[device]),
      mediaContext: () => ({ isSecure: true, hasApi: true, isAllowed: true, isFramed: false }),
      onDevicesChange: (action) => this.#changed = action,
      isPhone: false,
    };
    const kept = { get: () => null, set: (key: string, value: string | null) => void (this.kept[key] = value) };
    const clock: Pick<Clock, "after"> = { after: () => () => {} };
    this.devices = new Devices({ media: media as Media, storage: { tab: kept, kept }, clock: clock as Clock }, {
      onChange: (local) => {
        for (const device of ["microphone", "camera"] as const) {
          const state = local[device] ? "on" : local.held[device] ?? "off";
          if (state !== (this.shown[device].at(-1) ?? "off")) this.shown[device].push(state);
        }
      },
      onChoice: () => {},
      onSystemMute: () => {},
      onSpeaker: () => {},
      onSwap: (notice, kind, causes) => this.swaps.push({ change: notice?.change ?? null, kind, causes }),
    });
  }

  /** The devices of the live tracks, in the order they were opened. */
  get live(): string[] {
    return this.tracks.filter(({ readyState }) => readyState === "live").map(({ label }) => label);
  }

  /** The devices of the tracks that are sent. */
  get sent(): string[] {
    return this.devices.tracks().map(({ label }) => label);
  }

  async plug(id: `${Kind} ${string}`): Promise<void> {
    this.list.push(entry(id));
    await this.changes();
  }

  async unplug(id: string): Promise<void> {
    this.list.splice(this.list.findIndex((device) => device.id === id), 1);
    this.end(id);
    await this.changes();
  }

  /** The device ends in use, without anybody's wish. */
  end(id: string): void {
    for (const track of this.tracks) {
      if (track.label !== id || track.readyState === "ended") continue;
      track.readyState = "ended";
      track.onended?.();
    }
  }

  /** The browser says that its list has changed. */
  async changes(): Promise<void> {
    this.#changed();
    await settled();
  }

  #open(kind: Kind, { deviceId }: MediaTrackConstraints): Track {
    const { exact, ideal } = (deviceId ?? {}) as { exact?: string; ideal?: string };
    const there = this.list.filter((device) => device.kind === kind);
    if (there.length === 0) throw error("NotFoundError");
    if (exact !== undefined && !there.some(({ id }) => id === exact)) throw error("OverconstrainedError");
    const { id } = there.find(({ id }) => id === (exact ?? ideal)) ?? there[0]!;
    if (this.broken[id] !== undefined) throw error(this.broken[id]!);
    const isSystem = this.isChromium && kind === "audio" && id !== (exact ?? ideal);
    const track: Track = { kind, label: id, enabled: true, readyState: "live", onended: null };
    this.tracks.push(Object.assign(track, {
      muted: false,
      stop: () => track.readyState = "ended",
      getSettings: () => ({ deviceId: isSystem ? "default" : id, groupId: groupOf(id) }),
    }));
    return track;
  }
}

function entry(words: `${Kind} ${string}`): { kind: Kind; id: string } {
  const [kind, id] = words.split(" ") as [Kind, string];
  return { kind, id };
}

function listed({ kind, id, shown = id }: { kind: Kind; id: string; shown?: string }): MediaDeviceInfo {
  return { kind: LISTED_AS[kind], deviceId: shown, groupId: groupOf(id), label: id } as MediaDeviceInfo;
}

/** A device of its own each. */
function groupOf(id: string): string {
  return id && `group of ${id}`;
}

function stream(tracks: readonly Track[]): MediaStream {
  return { getTracks: () => [...tracks] } as unknown as MediaStream;
}

/** Resolves when all promises that wait for no timer have gone on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
