/**
 * This device's camera and microphone while a call or the check before one uses them: opening, choosing, muting, releasing, going on
 * with another one when one is gone.
 */

import type { CallMedia } from "../protocol.ts";
import { causeOf } from "./causes.ts";
import {
  constraints,
  type DeviceChoice,
  type DeviceKind,
  type DeviceNotice,
  nextCamera,
  rememberedChoice,
  withDevices,
} from "./device_choice.ts";
import { DEVICE_OF, type Kind, type Opened } from "./opening.ts";
import type { Environment } from "./ports.ts";
import type { LocalMedia, MediaProblem } from "./state.ts";

/** What of this side's media comes from devices. */
export type DeviceMedia = Omit<LocalMedia, "screen">;

const NONE: DeviceMedia = { stream: null, microphone: false, camera: false };

/** Where the news of devices goes. */
export interface DeviceHandlers {
  onChange(local: DeviceMedia): void;
  onChoice(choice: DeviceChoice): void;
  /** A track took another's place, or went without one; `notice`: not by the user's wish. */
  onSwap(notice: DeviceNotice | null, problem: MediaProblem | null): void;
}

/** What `getUserMedia` rejected with, and the devices there are. */
interface Refusal {
  readonly error: unknown;
  readonly listed: readonly MediaDeviceInfo[];
}

export class Devices {
  readonly #env: Environment;
  readonly #handlers: DeviceHandlers;
  #local = NONE;
  #choice: DeviceChoice;
  /** Changes with every release: a device that opens after it belongs to a call that is over. */
  #generation = 0;
  #opening = new Set<Kind>();
  /** What the user wants sent: it holds for devices that are still being opened. */
  #wanted: Record<Kind, boolean> = { audio: true, video: true };

  constructor(env: Environment, handlers: DeviceHandlers) {
    this.#env = env;
    this.#handlers = handlers;
    this.#choice = rememberedChoice(env);
    env.onDevicesChange(() => this.#list());
    this.#list();
  }

  get local(): DeviceMedia {
    return this.#local;
  }

  get choice(): DeviceChoice {
    return this.#choice;
  }

  tracks(): MediaStreamTrack[] {
    return this.#local.stream?.getTracks() ?? [];
  }

  /**
   * Opens the microphone, and for video the camera with it, in one permission prompt; what is open already, from a check before the
   * call, is kept. All or nothing; never rejects.
   */
  async open(media: CallMedia): Promise<Opened> {
    this.#wanted = { audio: true, video: media === "video" };
    if (media === "audio") this.#close("video");
    const kinds = (media === "video" ? ["audio", "video"] as const : ["audio"] as const).filter((kind) =>
      !this.#track(kind)
    );
    if (kinds.length === 0) return "open";
    const result = await this.#get(kinds);
    if (typeof result === "string") return result;
    if (kinds.length === 1) return this.#problem(result, kinds[0]!);
    // Which of the two is at fault is not told; whether there is a working microphone tells.
    const microphone = await this.#get(["audio"]);
    if (microphone === "superseded") return microphone;
    if (microphone !== "open") return this.#problem(microphone, "audio");
    this.#close("audio");
    return this.#problem(result, "video");
  }

  /** Opens the microphone alone, where the camera would not come with it; what the user turned off meanwhile stays off. */
  async openVoice(): Promise<Opened> {
    if (this.#track("audio")) return "open";
    const result = await this.#get(["audio"]);
    return typeof result === "string" ? result : this.#problem(result, "audio");
  }

  /** Opens one device more. Never rejects; does nothing where it is open or on its way. */
  async add(kind: Kind): Promise<Opened> {
    this.#wanted[kind] = true;
    if (this.#opening.has(kind) || this.#track(kind)) return "open";
    const result = await this.#get([kind]);
    return typeof result === "string" ? result : this.#problem(result, kind);
  }

  /** Uses another device from now on, also on other pages; one that is in use is changed for it. Never rejects. */
  async choose(kind: DeviceKind, id: string): Promise<void> {
    this.#env.remember(kind, id);
    this.#setChoice({ ...this.#choice, chosen: { ...this.#choice.chosen, [kind]: id } });
    if (kind !== "speaker") await this.#replace(kind === "camera" ? "video" : "audio");
  }

  /** Uses the next camera, or a phone's other one. Never rejects. */
  async switchCamera(): Promise<void> {
    const inUse = this.#track("video")?.getSettings().deviceId;
    this.#setChoice(nextCamera(this.#choice, inUse, this.#env.isPhone));
    this.#env.remember("camera", this.#choice.chosen.camera);
    await this.#replace("video");
  }

  /** Sends the microphone, or silence; the device stays open, so that speaking again is instant. */
  mute(muted: boolean): void {
    this.#wanted.audio = !muted;
    for (const track of this.tracks()) if (track.kind === "audio") track.enabled = !muted;
    this.#show(this.tracks());
  }

  /** Releases one device: its light goes out. */
  stop(kind: Kind): void {
    this.#wanted[kind] = false;
    this.#close(kind);
  }

  /** Releases everything, also what is still being opened. */
  release(): void {
    this.#generation++;
    this.#opening.clear();
    for (const track of this.tracks()) stop(track);
    this.#show([]);
  }

  /** Opens devices; the present ones of the same kinds are released when the new ones are there. */
  async #get(kinds: readonly Kind[]): Promise<"open" | "superseded" | Refusal> {
    const generation = this.#generation;
    for (const kind of kinds) this.#opening.add(kind);
    try {
      const stream = await this.#env.getUserMedia(constraints(kinds, this.#choice, this.#env.isPhone));
      if (generation !== this.#generation) {
        for (const track of stream.getTracks()) track.stop();
        return "superseded";
      }
      const taken = stream.getTracks().filter((track) => track.kind === "audio" || this.#wanted.video);
      for (const track of stream.getTracks()) {
        if (!taken.includes(track)) track.stop();
        else if (track.kind === "audio") track.enabled = this.#wanted.audio;
        track.onended = () => this.#gone(track);
      }
      const others = this.tracks().filter((track) => !taken.some(({ kind }) => kind === track.kind));
      for (const track of this.tracks()) if (!others.includes(track)) stop(track);
      this.#show([...others, ...taken]);
      this.#list();
      return "open";
    } catch (error) {
      const listed = await this.#env.listDevices();
      return generation === this.#generation ? { error, listed } : "superseded";
    } finally {
      if (generation === this.#generation) { for (const kind of kinds) this.#opening.delete(kind); }
    }
  }

  #problem({ error, listed }: Refusal, kind: Kind): MediaProblem {
    const device = DEVICE_OF[kind];
    const isListed = listed.some((device) => device.kind === `${kind}input`);
    return { [device]: causeOf(error, this.#env.mediaContext(device), isListed) };
  }

  /** Changes what is in use for what is chosen now. A camera is let go first: many systems open only one at a time. */
  async #replace(kind: Kind): Promise<void> {
    if (!this.#track(kind)) return;
    if (kind === "video") stop(this.#track(kind)!);
    const result = await this.#get([kind]);
    if (result === "superseded") return;
    if (result !== "open") this.#close(kind);
    this.#handlers.onSwap(null, result === "open" ? null : this.#problem(result, kind));
  }

  /** A device that was in use is unplugged, or not allowed any more: another takes its place, if there is one. */
  async #gone(track: MediaStreamTrack): Promise<void> {
    if (!this.tracks().includes(track)) return;
    const kind = track.kind as Kind;
    this.#close(kind);
    await this.#list();
    const result = await this.#get([kind]);
    if (result === "superseded") return;
    const device = DEVICE_OF[kind];
    const problem = result === "open" ? null : this.#problem(result, kind);
    const isGone = problem === null || problem[device] === "missing";
    this.#handlers.onSwap(
      isGone ? { device, now: this.#track(kind)?.label ?? null } : null,
      isGone ? null : problem,
    );
  }

  async #list(): Promise<void> {
    this.#setChoice(withDevices(this.#choice, await this.#env.listDevices()));
  }

  #setChoice(choice: DeviceChoice): void {
    this.#choice = choice;
    this.#handlers.onChoice(choice);
  }

  #track(kind: Kind): MediaStreamTrack | undefined {
    return this.tracks().find((track) => track.kind === kind);
  }

  #close(kind: Kind): void {
    for (const track of this.tracks()) if (track.kind === kind) stop(track);
    this.#show(this.tracks().filter((track) => track.kind !== kind));
  }

  #show(tracks: MediaStreamTrack[]): void {
    const sends = (kind: Kind) => tracks.some((track) => track.kind === kind && track.enabled);
    const before = this.tracks();
    const isSame = tracks.length === before.length && tracks.every((track) => before.includes(track));
    // Another stream would restart the picture.
    const stream = isSame ? this.#local.stream : this.#env.createMediaStream(tracks);
    this.#local = tracks.length === 0 ? NONE : { stream, microphone: sends("audio"), camera: sends("video") };
    this.#handlers.onChange(this.#local);
  }
}

/** By the user's wish, so nobody needs to hear that it ended. */
function stop(track: MediaStreamTrack): void {
  track.onended = null;
  track.stop();
}
