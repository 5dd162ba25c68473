/** This device's camera and microphone while a call uses them: opening, muting, releasing, and saying why one would not open. */

import type { CallMedia } from "../protocol.ts";
import type { Environment } from "./ports.ts";
import type { LocalMedia, MediaProblem } from "./state.ts";

/** A section of a call, and the kind of track it carries. */
export type Kind = "audio" | "video";

/** What of this side's media comes from devices. */
export type DeviceMedia = Omit<LocalMedia, "screen">;

const NONE: DeviceMedia = { stream: null, microphone: false, camera: false };
const WANTED = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
} satisfies Record<Kind, MediaTrackConstraints>;

/** What became of an attempt to open devices. `superseded`: they were released meanwhile. */
export type Opened = "open" | "superseded" | MediaProblem;

export class Devices {
  readonly #env: Environment;
  readonly #onChange: (local: DeviceMedia) => void;
  #local = NONE;
  /** Changes with every release: a device that opens after it belongs to a call that is over. */
  #generation = 0;
  #opening = new Set<Kind>();
  /** What the user wants sent: it holds for devices that are still being opened. */
  #wanted: Record<Kind, boolean> = { audio: true, video: true };

  constructor(env: Environment, onChange: (local: DeviceMedia) => void) {
    this.#env = env;
    this.#onChange = onChange;
  }

  get local(): DeviceMedia {
    return this.#local;
  }

  tracks(): MediaStreamTrack[] {
    return this.#local.stream?.getTracks() ?? [];
  }

  /** Opens the microphone, and for video the camera with it, in one permission prompt. All or nothing; never rejects. */
  async open(media: CallMedia): Promise<Opened> {
    this.#wanted = { audio: true, video: media === "video" };
    const result = await this.#get(media === "video" ? ["audio", "video"] : ["audio"]);
    if (typeof result === "string") return result;
    if (media === "audio") return problemOf(result.error, "microphone");
    // Which of the two is at fault is not told; whether there is a working microphone tells.
    const microphone = await this.#get(["audio"]);
    if (microphone === "superseded") return microphone;
    if (microphone !== "open") return problemOf(microphone.error, "microphone");
    this.#close("audio");
    return problemOf(result.error, "camera");
  }

  /** Opens the microphone alone, where the camera would not come with it; what the user turned off meanwhile stays off. */
  async openVoice(): Promise<Opened> {
    const result = await this.#get(["audio"]);
    return typeof result === "string" ? result : problemOf(result.error, "microphone");
  }

  /** Opens one device more. Never rejects; does nothing where it is open or on its way. */
  async add(kind: Kind): Promise<Opened> {
    this.#wanted[kind] = true;
    if (this.#opening.has(kind) || this.tracks().some((track) => track.kind === kind)) return "open";
    const result = await this.#get([kind]);
    return typeof result === "string" ? result : problemOf(result.error, kind === "audio" ? "microphone" : "camera");
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
    for (const track of this.tracks()) track.stop();
    this.#show([]);
  }

  async #get(kinds: Kind[]): Promise<"open" | "superseded" | { error: unknown }> {
    const generation = this.#generation;
    const constraints = Object.fromEntries(kinds.map((kind) => [kind, WANTED[kind]]));
    for (const kind of kinds) this.#opening.add(kind);
    try {
      const stream = await this.#env.getUserMedia(constraints);
      if (generation !== this.#generation) {
        for (const track of stream.getTracks()) track.stop();
        return "superseded";
      }
      for (const track of stream.getTracks()) {
        if (track.kind === "audio") track.enabled = this.#wanted.audio;
        else if (!this.#wanted.video) track.stop();
      }
      const taken = stream.getTracks().filter((track) => track.kind === "audio" || this.#wanted.video);
      this.#show([...this.tracks(), ...taken]);
      return "open";
    } catch (error) {
      return generation === this.#generation ? { error } : "superseded";
    } finally {
      if (generation === this.#generation) { for (const kind of kinds) this.#opening.delete(kind); }
    }
  }

  #close(kind: Kind): void {
    for (const track of this.tracks()) if (track.kind === kind) track.stop();
    this.#show(this.tracks().filter((track) => track.kind !== kind));
  }

  #show(tracks: MediaStreamTrack[]): void {
    const sends = (kind: Kind) => tracks.some((track) => track.kind === kind && track.enabled);
    const before = this.tracks();
    const isSame = tracks.length === before.length && tracks.every((track) => before.includes(track));
    // Another stream would restart the picture.
    const stream = isSame ? this.#local.stream : this.#env.createMediaStream(tracks);
    this.#local = tracks.length === 0 ? NONE : { stream, microphone: sends("audio"), camera: sends("video") };
    this.#onChange(this.#local);
  }
}

/** By the names of W3C Media Capture and Streams, section 10.2.1. */
function problemOf(error: unknown, device: "camera" | "microphone"): MediaProblem {
  switch ((error as { name?: string } | null)?.name) {
    case "NotAllowedError":
    case "SecurityError":
      return `${device}-denied`;
    case "NotFoundError":
    case "OverconstrainedError":
      return `${device}-missing`;
    case "TypeError": // `navigator.mediaDevices` is undefined outside a secure context
      return "insecure";
    default:
      return "device-busy";
  }
}
